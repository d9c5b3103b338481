import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Event, EventBody } from '../../src/core/event.ts';
import { NO_USAGE } from '../../src/core/model.ts';
import type { RunResult } from '../../src/core/run.ts';
import { findRun, listRuns, openJournal, readRun, removeRun } from '../../src/store/journal.ts';
import { pruneRuns } from '../../src/store/prune.ts';
import { temporaryFolder } from './temporary.ts';

const CHAIN = { name: 'demo', file: '/demo.yaml', sha256: 'ab' };

test('a journal holds the public events in order, private to its owner, without deltas and values of memory', async (t) => {
  const { dir, events, journal } = await writtenRun(t, 'run1');
  const lines = readFileSync(journal.file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ type }) => type),
    ['run.started', 'step.started', 'step.completed', 'memory.written', 'run.completed'],
  );
  assert.doesNotMatch(readFileSync(journal.file, 'utf8'), /hunter2/);
  assert.equal(statSync(journal.file).mode & 0o777, 0o600);
  assert.equal(statSync(dir).mode & 0o777, 0o700);
  const record = readRun(dir, 'run1');
  assert.deepEqual(record.events[0], events[0]);
  assert.equal(record.running, false);
  assert.deepEqual(record.result, resultOf('run1'));
  assert.deepEqual(record.unreadable, []);
});

test('an event is in the file when append returns', async (t) => {
  const dir = join(temporaryFolder(t), 'runs');
  const journal = openJournal(dir, 'run1');
  for (const [index, event] of eventsOf('run1').entries()) {
    journal.append(event);
    const written = readFileSync(journal.file, 'utf8').split('\n').length - 1;
    assert.equal(written, index + 1 - (index >= 2 ? 1 : 0));
  }
  await journal.close();
  journal.append(eventsOf('run1')[0] as Event);
  assert.equal(readFileSync(journal.file, 'utf8').split('\n').length - 1, 5);
});

test('a journal that cannot be written says so and lets the run go on', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'file'), '');
  const journal = openJournal(join(folder, 'file', 'runs'), 'run1');
  for (const event of eventsOf('run1')) journal.append(event);
  await journal.close();
  assert.match(String(journal.failed?.message), /cannot write the run journal .*run1\.jsonl: .*not a folder/);
});

test('a second run with the same id does not touch the first', async (t) => {
  const { dir, journal } = await writtenRun(t, 'run1');
  const before = readFileSync(journal.file);
  const second = openJournal(dir, 'run1');
  second.append(eventsOf('run1')[0] as Event);
  assert.match(String(second.failed?.message), /exist/);
  assert.deepEqual(readFileSync(journal.file), before);
});

test('a run whose process was killed is interrupted, with what it did; a cut-off last line is ignored', async (t) => {
  const dir = join(temporaryFolder(t), 'runs');
  mkdirSync(dir);
  const events = eventsOf('killed').slice(0, 4);
  writeFileSync(join(dir, 'killed.jsonl'), `${events.map((event) => JSON.stringify(event)).join('\n')}\n`);
  appendFileSync(
    join(dir, 'killed.jsonl'),
    `${JSON.stringify({ ...at('killed', 9), type: 'step.started', step: 'b', id: 'b', kind: 'run', final: true })}\n`,
  );
  appendFileSync(join(dir, 'killed.jsonl'), '{"v":1,"seq":10,"type":"step.comp');
  const { result, running, unreadable } = readRun(dir, 'killed');
  assert.deepEqual({ running, unreadable }, { running: false, unreadable: [] });
  assert.deepEqual(
    { status: result.status, exit: result.exit_code, code: result.error?.code, chain: result.chain, output: result.output },
    { status: 'interrupted', exit: 137, code: 'PC8106', chain: CHAIN, output: null },
  );
  assert.deepEqual(
    result.steps.map(({ id, status, output }) => ({ id, status, output })),
    [
      { id: 'a', status: 'completed', output: 'hello' },
      { id: 'b', status: 'failed', output: '' },
    ],
  );
  assert.deepEqual(
    { usage: result.usage, cost: result.cost_usd, ms: result.duration_ms },
    { usage: { input_tokens: 3, output_tokens: 4 }, cost: 0.5, ms: 9 },
  );
  assert.equal(listRuns(dir)[0]?.status, 'interrupted');
});

test('a run that is still going is told apart, and not removed', async (t) => {
  const dir = join(temporaryFolder(t), 'runs');
  const journal = openJournal(dir, 'going');
  journal.append(eventsOf('going')[0] as Event);
  assert.equal(readRun(dir, 'going').running, true);
  assert.equal(listRuns(dir)[0]?.status, 'running');
  assert.throws(() => removeRun(dir, 'going'), { code: 'PC8105' });
  await journal.close();
});

test('a line that is no event is passed over and told', async (t) => {
  const { dir, journal } = await writtenRun(t, 'run1');
  const lines = readFileSync(journal.file, 'utf8').split('\n');
  writeFileSync(journal.file, [lines[0], 'rubbish', ...lines.slice(2)].join('\n'));
  assert.deepEqual(readRun(dir, 'run1').unreadable, [{ line: 2, byte: (lines[0] ?? '').length + 1 }]);
  assert.equal(readRun(dir, 'run1').result.status, 'success');
});

test('runs are listed newest first, limited and chosen by status', async (t) => {
  const dir = join(temporaryFolder(t), 'runs');
  assert.deepEqual(listRuns(dir), []);
  for (const [index, id] of ['c', 'a', 'b'].entries()) {
    const journal = openJournal(dir, id);
    for (const event of eventsOf(id, index * 1000, id === 'a' ? { output: 'x'.repeat(100_000), status: 'failed' } : {}))
      journal.append(event);
    await journal.close();
  }
  assert.deepEqual(
    listRuns(dir).map(({ id }) => id),
    ['b', 'a', 'c'],
  );
  assert.deepEqual(
    listRuns(dir, { limit: 1 }).map(({ id }) => id),
    ['b'],
  );
  const [row] = listRuns(dir, { status: 'failed' });
  assert.deepEqual(
    { ...row, bytes: 0 },
    { id: 'a', chain: 'demo', status: 'failed', started: '2026-01-01T00:00:01.000Z', durationMs: 9, costUsd: 0.5, bytes: 0 },
  );
});

test('a list reads the journals that it shows, and not those of older runs', async (t) => {
  const dir = join(temporaryFolder(t), 'runs');
  const ids = ['20260101-000002-aaaaaaaa', '20260101-000002-bbbbbbbb', 'named', '20260101-000000-cccccccc'];
  for (const [index, id] of ids.entries()) {
    const journal = openJournal(dir, id);
    for (const event of eventsOf(id, [2000, 2500, 1000, 0][index] ?? 0)) journal.append(event);
    await journal.close();
  }
  mkdirSync(join(dir, '20251231-235959-dddddddd.jsonl'));
  const shown = (limit: number) => listRuns(dir, { limit }).map(({ id }) => id);
  assert.deepEqual(shown(1), ['20260101-000002-bbbbbbbb']);
  assert.deepEqual(shown(4), ['20260101-000002-bbbbbbbb', '20260101-000002-aaaaaaaa', 'named', '20260101-000000-cccccccc']);
  assert.throws(() => shown(5), { code: 'PC8103' });
});

test('a run is found by its id or a beginning that fits one only', async (t) => {
  const dir = join(temporaryFolder(t), 'runs');
  assert.throws(() => findRun(dir, 'x'), { code: 'PC8101', help: /no run is kept yet/ });
  mkdirSync(dir);
  for (const id of ['ab12', 'ab34', 'ab']) writeFileSync(join(dir, `${id}.jsonl`), '');
  writeFileSync(join(dir, 'notes.txt'), '');
  assert.equal(findRun(dir, 'ab1'), 'ab12');
  assert.equal(findRun(dir, 'ab'), 'ab');
  assert.throws(() => findRun(dir, 'a'), { code: 'PC8102', help: /ab12/ });
  assert.throws(() => findRun(dir, 'ab13'), { code: 'PC8101', help: /did you mean/ });
  assert.throws(() => findRun(dir, ''), { code: 'PC8101' });
  for (const id of ['../ab', 'a/b', '.', '']) assert.throws(() => readRun(dir, id), { code: 'PC8101' });
  removeRun(dir, 'ab12');
  assert.throws(() => removeRun(dir, 'ab12'), { code: 'PC8101' });
  assert.deepEqual(readdirSync(dir).sort(), ['ab.jsonl', 'ab34.jsonl', 'notes.txt']);
});

test('the oldest journals go when there are too many or they take too much, but none of the last hour', async (t) => {
  const dir = join(temporaryFolder(t), 'runs');
  mkdirSync(dir);
  const nowMs = Date.now();
  for (let age = 0; age < 6; age++) {
    writeFileSync(join(dir, `run${age}.jsonl`), 'x'.repeat(100));
    const seconds = nowMs / 1000 - age * 1800 - 1;
    utimesSync(join(dir, `run${age}.jsonl`), seconds, seconds);
  }
  assert.equal(pruneRuns(dir, { runs: 4, bytes: 1000, nowMs }), 2);
  for (let young = 0; young < 21; young++) writeFileSync(join(dir, `new${young}.jsonl`), '');
  assert.equal(pruneRuns(dir, { runs: 100, bytes: 350, nowMs }), 1);
  assert.equal(pruneRuns(dir, { runs: 0, bytes: 0, nowMs }), 1);
  assert.deepEqual(
    readdirSync(dir).filter((name) => name.startsWith('run')),
    ['run0.jsonl', 'run1.jsonl'],
  );
});

async function writtenRun(t: TestContext, id: string) {
  const dir = join(temporaryFolder(t), 'state', 'runs');
  const journal = openJournal(dir, id);
  const events = eventsOf(id);
  for (const event of events) journal.append(event);
  await journal.close();
  assert.equal(journal.failed, undefined);
  return { dir, journal, events };
}

function eventsOf(id: string, startMs = 0, result: Partial<RunResult> = {}): readonly Event[] {
  const bodies: EventBody[] = [
    { type: 'run.started', chain: CHAIN, steps: 1 },
    { type: 'step.started', step: 'a', id: 'a', kind: 'prompt', final: true },
    { type: 'step.delta', step: 'a', text: 'hello' },
    {
      type: 'step.completed',
      step: 'a',
      id: 'a',
      kind: 'prompt',
      output: 'hello',
      attempts: 1,
      usage: { input_tokens: 3, output_tokens: 4 },
      cost_usd: 0.5,
      duration_ms: 2,
    },
    {
      type: 'memory.written',
      namespace: 'n',
      keys: ['k'],
      committed: true,
      changes: [{ op: 'set', key: 'k', value: 'hunter2' }],
    },
    { type: 'run.completed', result: { ...resultOf(id), ...result } },
  ];
  return bodies.map((body, seq) => ({ ...at(id, seq, startMs), ...body }));
}

function at(id: string, seq: number, startMs = 0) {
  return { v: 1 as const, seq, ts: new Date(Date.UTC(2026, 0, 1) + startMs + seq).toISOString(), run_id: id };
}

function resultOf(id: string): RunResult {
  return {
    schema: 'promptchain.result.v1',
    run_id: id,
    chain: CHAIN,
    status: 'success',
    exit_code: 0,
    output: 'hello',
    steps: [],
    usage: NO_USAGE,
    cost_usd: 0.5,
    duration_ms: 9,
    llm: true,
    warnings: [],
    error: null,
    resume: null,
  };
}
