import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Event } from '../../src/core/event.ts';
import { plans } from './generated-steps.ts';
import { play } from './play-plan.ts';

const RUNS = Number(process.env.PROMPTCHAIN_TEST_RUNS ?? 300);

test('every run keeps the invariants of the event stream, also when it is aborted at any moment', async () => {
  await fc.assert(
    fc.asyncProperty(plans, fc.boolean(), fc.nat({ max: 40 }), async (steps, live, abortAfter) => {
      const { events, result } = await play(steps, live, abortAfter);
      checkEnvelope(events);
      checkPairs(events);
      checkDeltas(events);
      const last = events.at(-1);
      assert.ok(last !== undefined && 'result' in last);
      assert.deepEqual(last.result, result);
      assert.equal(result.exit_code === 0, result.status === 'success');
      assert.equal(result.error === null, result.status === 'success');
      const ended = new Set(events.filter((e) => e.type === 'step.completed' || e.type === 'step.failed').map((e) => e.step));
      assert.deepEqual(new Set(result.steps.map((step) => step.path)), ended);
    }),
    { numRuns: RUNS },
  );
});

test('a run whose final step is live never takes back a text that was yielded', async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (steps) => {
      const { events } = await play(steps, true, 100);
      const out = events.findIndex((event) => event.type === 'step.delta' && leafIsFinal(events, event.step));
      if (out === -1) return;
      const again = events.slice(out).filter((event) => event.type === 'step.started' || event.type === 'step.retrying');
      assert.deepEqual(again, []);
    }),
    { numRuns: RUNS },
  );
});

function checkEnvelope(events: readonly Event[]): void {
  assert.equal(events[0]?.type, 'run.started');
  assert.deepEqual(
    events.map((event) => event.seq),
    [...events.keys()],
  );
  const ends = events.filter((event) => 'result' in event);
  assert.equal(ends.length, 1);
  assert.equal(events.at(-1), ends[0]);
}

function checkPairs(events: readonly Event[]): void {
  const open = new Set<string>();
  const seen = new Set<string>();
  for (const event of events) {
    if (event.type === 'step.started') {
      assert.ok(!seen.has(event.step), `${event.step} started twice`);
      open.add(event.step);
      seen.add(event.step);
    }
    if (event.type === 'step.completed' || event.type === 'step.failed')
      assert.ok(open.delete(event.step), `${event.step} ended twice`);
  }
  assert.deepEqual([...open], []);
}

function checkDeltas(events: readonly Event[]): void {
  const text = new Map<string, string>();
  for (const event of events) {
    if (event.type === 'step.started' || event.type === 'step.retrying') text.set(event.step, '');
    if (event.type === 'step.delta') text.set(event.step, (text.get(event.step) ?? '') + event.text);
    if (event.type === 'step.completed' && event.kind === 'leaf') assert.equal(text.get(event.step), event.output);
  }
}

function leafIsFinal(events: readonly Event[], step: string): boolean {
  return events.some((event) => event.type === 'step.started' && event.step === step && event.final && event.kind === 'leaf');
}
