import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Event, EventBody } from '../../src/core/event.ts';
import { oneAtATime } from '../../src/terminal/one-at-a-time.ts';
import { onTerminal } from '../cli/live.ts';
import { openSandbox } from '../cli/sandbox.ts';
import { type Reply, startFakeProvider } from '../fake/provider.ts';
import { delta, events, result, started, stepCompleted, stepStarted } from './recording.ts';

const CHAIN = `model: openai/gpt-4o-mini
steps:
  - id: both
    parallel:
      left: "Say left: {input}"
      right: "Say right: {input}"
  - { id: end, run: echo done }
`;

const ASKING = `model: openai/gpt-4o-mini
steps:
  - id: both
    parallel:
      texts: ["Say one: {input}", "Say two: {input}"]
      gate: { approve: "Is it time?" }
  - { id: end, run: echo done }
`;

const words = (word: string) => Array.from({ length: 60 }, (_, index) => `${word}${index} `);
const TEXTS = { left: words('l').join('').trim(), right: words('r').join('').trim() };

/** Two answers that come in at the same time, a word every few milliseconds. */
const REPLIES: readonly Reply[] = [
  { when: 'Say left', tokens: words('l'), paceMs: 3 },
  { when: 'Say right', tokens: words('r'), paceMs: 3 },
];

describe('branches that stream at the same time', () => {
  it('do not mix on a terminal: each text stands whole under its own header', async () => {
    await using fake = await startFakeProvider({ replies: REPLIES });
    using sandbox = openSandbox({ 'c.yaml': CHAIN });
    const env = { OPENAI_API_KEY: 'test-key', OPENAI_BASE_URL: fake.openaiUrl, TERM: 'dumb' };
    const { code, stdout } = await onTerminal(sandbox, 'promptchain run c.yaml -i x', { env }).ended;
    assert.equal(code, 0, stdout);
    const lines = stdout
      .replaceAll('\r\n', '\n')
      .split('\n')
      .map((line) => line.trimEnd());
    for (const side of ['left', 'right'] as const) {
      const at = lines.indexOf(TEXTS[side]);
      assert.ok(at > 0, stdout);
      assert.equal(lines[at - 1], `both/${side} (prompt, openai/gpt-4o-mini)`);
      assert.match(lines[at + 1] ?? '', /^ {2}done \(prompt/);
    }
    assert.ok(
      lines.some((line) => /^both: done \(parallel/.test(line)),
      stdout,
    );
  });

  it('do not mix in a log: a line is of one step, and what it gave stands in one piece', async () => {
    await using fake = await startFakeProvider({ replies: [...REPLIES, ...REPLIES] });
    using sandbox = openSandbox({ 'c.yaml': CHAIN });
    const env = { OPENAI_API_KEY: 'test-key', OPENAI_BASE_URL: fake.openaiUrl };
    const plain = await sandbox.run(['run', 'c.yaml', '-i', 'x'], { env });
    assert.deepEqual([plain.code, plain.stdout], [0, 'done\n']);
    for (const line of plain.stderr.trimEnd().split('\n')) {
      assert.match(line, /^(c: 2 steps|both\/(left|right): done \(.*\)|(both|end): done \(.*\)|done in .*)$/);
    }
    const { stderr } = await sandbox.run(['run', 'c.yaml', '-i', 'x', '-v'], { env });
    for (const side of ['left', 'right'] as const) {
      assert.ok(stderr.includes(`  | ${TEXTS[side]}\nboth/${side}: done`), stderr);
    }
  });
});

it('a person who is asked has the terminal alone: what a branch says meanwhile comes after the answer', async () => {
  await using fake = await startFakeProvider({ replies: [{ text: 'first text' }, { text: 'second text' }] });
  using sandbox = openSandbox({ 'c.yaml': ASKING });
  const env = { OPENAI_API_KEY: 'test-key', OPENAI_BASE_URL: fake.openaiUrl, TERM: 'dumb' };
  const live = onTerminal(sandbox, 'promptchain run c.yaml -i x', { env });
  await live.saw('stdout', 'Go on? [y/N] ');
  await fake.received(2); // The first text has been told by now.
  live.child.stdin?.write('y\n');
  const { code, stdout } = await live.ended;
  assert.equal(code, 0, stdout);
  const [asked, answered] = [stdout.indexOf('Go on?'), stdout.lastIndexOf('\nboth/gate: done')];
  assert.ok(stdout.indexOf('first text') > asked, stdout);
  assert.match(stdout.slice(asked), /^Go on\? \[y\/N\] y\r+\n/);
  assert.ok(answered > asked, stdout);
});

describe('one at a time', () => {
  it('loses no event, keeps the order of each step, and lets no other step into a text', async () => {
    const plays = fc.array(fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 9 })), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(plays, async (moves) => {
        const list = eventsOf(moves);
        const seen: Event[] = [];
        const renderer = oneAtATime(
          { write: (event) => void seen.push(event), end: async () => undefined },
          { showReasoning: false },
        );
        for (const event of list) await renderer.write(event);
        assert.deepEqual(new Set(seen), new Set(list));
        assert.equal(seen.length, list.length);
        for (const step of STEPS) assert.deepEqual(seen.filter(isOf(step)), list.filter(isOf(step)));
        let speaker: string | undefined;
        for (const event of seen) {
          if (!('step' in event)) continue;
          if (speaker !== undefined) assert.equal(event.step, speaker);
          if (event.type === 'step.delta') speaker = event.step;
          if (event.type === 'step.completed' || event.type === 'step.retrying') speaker = undefined;
        }
        assert.equal(seen.at(-1)?.type, 'run.completed');
      }),
    );
  });

  it('keeps no more of what waits than fits: a text too long to wait in pieces comes as a whole', async () => {
    const seen: Event[] = [];
    const inner = { write: (event: Event) => void seen.push(event), end: async () => undefined };
    const renderer = oneAtATime(inner, { showReasoning: true });
    const piece = 'x'.repeat(100_000);
    const long = Array.from({ length: 60 }, () => piece);
    const list = events(
      delta('a', 'first'),
      ...long.map((text) => delta('b', text)),
      { type: 'step.reasoning_delta', step: 'c', text: 'hm' },
      ...long.map((text) => delta('c', text)),
      stepCompleted('c', long.join('')),
      stepCompleted('a', 'first'),
      delta('b', 'end'),
      delta('d', 'short'),
      stepCompleted('b', `${long.join('')}end`),
      stepCompleted('d', 'short'),
      { type: 'run.completed', result: result() },
    );
    for (const event of list) await renderer.write(event);
    const textOf = (step: string) =>
      seen.flatMap((event) => (event.type === 'step.delta' && event.step === step ? [event.text] : []));
    assert.equal(textOf('b').join(''), `${long.join('')}end`);
    assert.equal(textOf('c').join(''), long.join(''));
    assert.ok(textOf('b').length + textOf('c').length < 60, 'most of it was not kept in pieces');
    assert.deepEqual(textOf('d'), ['short']);
    const order = seen.flatMap((event) => (event.type === 'step.completed' ? [event.step] : []));
    assert.deepEqual([...order].sort(), ['a', 'b', 'c', 'd']);
    for (const step of order) {
      const own = seen.filter((event) => 'step' in event && event.step === step);
      assert.equal(own.at(-1)?.type, 'step.completed');
    }
  });

  it('what is dropped of an attempt that failed is not told with the next one', async () => {
    const seen: Event[] = [];
    const inner = { write: (event: Event) => void seen.push(event), end: async () => undefined };
    const renderer = oneAtATime(inner, { showReasoning: false });
    const list = events(
      delta('a', 'first'),
      delta('b', 'y'.repeat(5_000_000)),
      { ...RETRYING, step: 'b' },
      delta('b', 'good'),
      stepCompleted('b', 'good'),
      stepCompleted('a', 'first'),
      { type: 'run.completed', result: result() },
    );
    for (const event of list) await renderer.write(event);
    assert.deepEqual(
      seen.flatMap((event) => (event.type === 'step.delta' ? [event.text] : [])),
      ['first', 'good'],
    );
  });

  it('does not wait for reasoning that is not shown', async () => {
    const seen: string[] = [];
    const inner = { write: (event: Event) => void seen.push(event.type), end: async () => undefined };
    const renderer = oneAtATime(inner, { showReasoning: false });
    const list = events({ type: 'step.reasoning_delta', step: 'a', text: 'hm' }, stepCompleted('b', 'b'));
    for (const event of list) await renderer.write(event);
    assert.deepEqual(seen, ['step.reasoning_delta', 'step.completed']);
  });
});

const STEPS = ['a', 'b', 'c', 'd'];

function isOf(step: string): (event: Event) => boolean {
  return (event) => 'step' in event && event.step === step;
}

/** Steps that start, speak, try again and end in any order, each of them ended when the run is. */
function eventsOf(moves: readonly (readonly [step: number, move: number])[]): readonly Event[] {
  const bodies: EventBody[] = [started, ...STEPS.map((step) => stepStarted(step))];
  const open = new Set(STEPS);
  const end = (step: string) => {
    open.delete(step);
    bodies.push(stepCompleted(step, ''));
  };
  for (const [index, move] of moves) {
    const step = STEPS[index] ?? '';
    if (!open.has(step)) continue;
    if (move < 7) bodies.push(delta(step, `${move}`));
    else if (move < 9) bodies.push({ ...RETRYING, step });
    else end(step);
  }
  for (const step of [...open]) end(step);
  return events(...bodies, { type: 'run.completed', result: result() });
}

const RETRYING = {
  type: 'step.retrying',
  attempt: 1,
  attempts: 4,
  reason: 'overloaded',
  wait_ms: 1,
  error: { code: 'PC6001', reason: 'overloaded', message: 'busy' },
} as const;
