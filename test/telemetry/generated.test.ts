import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import fc from 'fast-check';
import type { Event } from '../../src/core/event.ts';
import { traceRun } from '../../src/telemetry/run-trace.ts';
import { plans } from '../engine/generated-steps.ts';
import { play } from '../engine/play-plan.ts';

const RUNS = Number(process.env.PROMPTCHAIN_TEST_RUNS ?? 200);

test('every step of every run has one span, in that of the step around it, and none stays open, aborted at any moment', async () => {
  await fc.assert(
    fc.asyncProperty(plans, fc.nat({ max: 40 }), async (steps, abortAfter) => {
      const { events, result } = await play(steps, false, abortAfter);
      const spans = spansOf(events);
      const [root] = spans.filter(({ parentSpanContext }) => parentSpanContext === undefined);
      assert.ok(root !== undefined);
      assert.equal(root.attributes['promptchain.run.status'], result.status);

      const started = events.flatMap((event) => (event.type === 'step.started' ? [event.step] : []));
      assert.deepEqual([...spans.flatMap((span) => (span === root ? [] : [pathOf(span)]))].sort(), [...started].sort());
      for (const span of spans) {
        if (span === root) continue;
        const parent: ReadableSpan | undefined = spans.find(
          (each) => each.spanContext().spanId === span.parentSpanContext?.spanId,
        );
        assert.ok(parent !== undefined, pathOf(span));
        assert.equal(parent === root ? '' : pathOf(parent), around(pathOf(span), started));
        assert.ok(before(parent.startTime, span.startTime) && before(span.endTime, root.endTime), pathOf(span));
      }
      const failed = new Set(events.flatMap((event) => (event.type === 'step.failed' ? [event.step] : [])));
      for (const span of spans) if (span !== root) assert.equal(span.status.code === 2, failed.has(pathOf(span)), pathOf(span));
    }),
    { numRuns: RUNS },
  );
});

test('a run whose events break off has its spans ended, and tells that it was cancelled', async () => {
  await fc.assert(
    fc.asyncProperty(plans, fc.nat({ max: 20 }), async (steps, seen) => {
      const { events } = await play(steps, false, 100);
      const cut = events.slice(0, Math.min(seen, events.length - 1));
      const started = cut.filter((event) => event.type === 'step.started');
      const spans = spansOf(cut);
      assert.equal(spans.length, started.length + 1);
      const root = spans.find(({ parentSpanContext }) => parentSpanContext === undefined);
      assert.deepEqual([root?.status.code, root?.attributes['error.type']], [2, 'cancelled']);
    }),
    { numRuns: RUNS },
  );
});

/** What the trace of a run that said this sends. */
function spansOf(events: readonly Event[]): readonly ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const trace = traceRun({
    tracer: provider.getTracer('test'),
    parent: ROOT_CONTEXT,
    links: [],
    runId: 'r1',
    chain: { name: 'generated', sha256: '' },
    redact: (text) => text,
    content: false,
    now: () => Date.parse(events[0]?.ts ?? new Date(0).toISOString()),
    serverOf: () => undefined,
  });
  for (const event of events) trace.read(event);
  trace.end();
  return exporter.getFinishedSpans();
}

function pathOf({ attributes }: ReadableSpan): string {
  return String(attributes['promptchain.step.path']);
}

/** The longest path of a step that this one begins with, up to a mark between two segments; empty where there is none. */
function around(path: string, started: readonly string[]): string {
  const marks = new Set(['/', '[', '#', '.']);
  const outer = started.filter((each) => path.startsWith(each) && marks.has(path.charAt(each.length)));
  return outer.sort((a, b) => b.length - a.length)[0] ?? '';
}

function before(a: ReadableSpan['startTime'], b: ReadableSpan['startTime']): boolean {
  return a[0] < b[0] || (a[0] === b[0] && a[1] <= b[1]);
}
