import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ToolError } from '../../src/core/errors.ts';
import type { Event } from '../../src/core/event.ts';
import type { Memory, MemoryChange } from '../../src/core/memory.ts';
import type { Effect } from '../../src/core/tool.ts';
import { openJournal, readRun } from '../../src/store/journal.ts';
import { progressIn } from '../../src/store/recorded.ts';
import type { FakeRequest, Reply } from '../fake/provider.ts';
import { addingUp } from './counting.ts';
import { calling, type Play, type Played, play, toolOf } from './playing.ts';
import { answers, texts } from './wire.ts';

const CALLS = 6;
const steps = `  - { id: first, prompt: "Say hello to {input}" }
  - { id: it, objective: "Add up", tools: ["calc.*"], max_steps: ${CALLS + 1}, remember: { sums: { append: "{steps.it.output}" } } }
  - { id: last, prompt: "Say it: {steps.it.output}", history: 1 }
`;

/** Plays until so many events are in the journal, as a process that is killed then, and takes the run up from its journal. */
async function killedAfter(count: number, given: Partial<Play>, effect: Effect = 'none') {
  const dir = mkdtempSync(join(tmpdir(), 'promptchain-resume-'));
  try {
    const tool = { ...toolOf('calc.add', ({ a, b }) => `the sum is ${Number(a) + Number(b)}`), effect };
    const base: Play = { model: 'anthropic/claude-sonnet-4-5', steps, tools: [tool], replies: script(), ...given };
    const journal = openJournal(dir, 'r1', { given: { input: 'IN' } });
    const killed = await until(base, count, journal.append);
    await journal.close();
    const done = readRun(dir, 'r1');
    const before = tool.calls.length;
    const again = openJournal(dir, 'r1', { again: true });
    const resumed = await play({ ...base, options: { ...given.options, ...progressIn(done.all) }, onEvent: again.append });
    await again.close();
    return { killed, resumed, done, record: readRun(dir, 'r1'), calls: tool.calls, before };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function script(): (request: FakeRequest) => Reply {
  const add = addingUp('calc_add', CALLS);
  return (request) => {
    const text = JSON.stringify(request.body);
    if (text.includes('Say it')) return { text: 'said' };
    return text.includes('Say hello') ? { text: 'hello' } : add(request);
  };
}

class Killed extends Error {}

async function until(given: Play, count: number, append: (event: Event) => void): Promise<readonly string[]> {
  const seen: string[] = [];
  const done = play({
    ...given,
    onEvent(event) {
      if (seen.length === count) throw new Killed();
      append(event);
      seen.push(event.type);
    },
  });
  await done.catch((error) => assert.ok(error instanceof Killed, error));
  return seen;
}

test('killed at any moment and taken up again, a run repeats no turn and no call that finished, and ends the same', async () => {
  const whole = await until(
    {
      model: 'anthropic/claude-sonnet-4-5',
      steps,
      tools: [toolOf('calc.add', ({ a, b }) => `the sum is ${Number(a) + Number(b)}`)],
      replies: script(),
    },
    1e9,
    () => undefined,
  );
  assert.equal(whole.at(-1), 'run.completed');
  for (let count = 1; count < whole.length; count += 3) {
    const { resumed, done, record, calls, before } = await killedAfter(count, {});
    assert.equal(resumed.result.status, 'success', JSON.stringify(resumed.result.error));
    assert.equal(resumed.result.output, 'said');
    const finished = done.events.filter(({ type }) => type === 'tool.completed').length;
    assert.equal(calls.length - before, CALLS - finished, `after ${count}`);
    assert.equal(resumed.requests.length, CALLS + 3 - answered(done.events));
    assert.deepEqual(record.result, resumed.result);
    assert.ok(record.all.every(({ seq }, index) => seq > (record.all[index - 1]?.seq ?? -1)));
    assert.equal(record.unreadable.length, 0);
  }
});

/** How many answers of a model are in the journal. */
function answered(events: readonly Event[]): number {
  return events.filter((event) => event.type === 'turn.completed' || (event.type === 'step.completed' && event.kind === 'prompt'))
    .length;
}

test('a call that must happen once and was under way is not made again: the model is told, and goes on', async () => {
  let lost = 0;
  const replies: Play['replies'] = (request) => {
    const last = answers(request).at(-1) ?? '';
    if (!last.includes('its answer is lost')) return script()(request);
    lost += 1;
    return { text: last };
  };
  for (let count = 8; count < 60; count += 3) {
    const { killed, resumed, calls } = await killedAfter(count, { replies }, 'once');
    assert.equal(resumed.result.status, 'success', JSON.stringify(resumed.result.error));
    const made = calls.map(({ b }) => b);
    assert.deepEqual(made, [...new Set(made)], `after ${count}: ${killed.at(-1)}`);
  }
  assert.ok(lost > 1, `${lost} lost`);
});

const direct = (more = '') => `  - { id: it, tool: calc.add, with: { a: 1, b: 2 }${more} }\n`;

test('a tool step that was under way when killed: once fails and says how to go on, read-only calls are made again', async () => {
  const moment = ['run.started', 'step.started', 'tool.started'].length;
  const read = await killedAfter(moment, { steps: direct() });
  assert.deepEqual([read.killed.at(-1), read.calls.length, read.resumed.result.output], ['tool.started', 2, 'the sum is 3']);
  const once = await killedAfter(moment, { steps: direct() }, 'once');
  const { error, status } = once.resumed.result;
  assert.deepEqual([status, error?.code, once.calls.length], ['failed', 'PC7005', 1]);
  assert.match(`${error?.message} ${error?.help}`, /"calc\.add" may have been called already.*runs resume r1 --repeat/);
  const again = progressIn([...once.record.all]);
  assert.deepEqual([...again.begun], ['it/call'], 'it stays so until someone says otherwise');
});

test('a tool step that failed is tried again by a resumed run; what a model was told of a failure is not', async () => {
  const events = async (steps: string, replies: Play['replies'] = []) => {
    let made = 0;
    const tool = toolOf('calc.add', () => {
      made += 1;
      throw new ToolError(`broken ${made}`, { code: 'PC7041', reason: 'tool' });
    });
    const first = await play({ steps, tools: [tool], replies });
    return [...progressIn(first.events).recorded.keys()];
  };
  assert.deepEqual(await events(direct()), []);
  const told = await events('  - { id: it, objective: x, tools: ["calc.*"] }\n', [
    calling(['calc_add', {}]),
    { text: 'so be it' },
  ]);
  assert.deepEqual(told, ['it/t1', 'it/t1.1', 'it/t2', 'it']);
});

test('a call whose failure ended the step, and one whose question nobody answered, are made again', async () => {
  const refused = new ToolError('wants credentials', { code: 'PC7015', reason: 'auth' });
  const asked = new ToolError('nobody can be asked', { code: 'PC7061', reason: 'needs_human' });
  const ends: readonly Partial<Play>[] = [
    { tools: [{ ...toolOf('calc.add', () => Promise.reject(refused)), effect: 'once' }] },
    { tools: [{ ...toolOf('calc.add', () => 'never'), effect: 'once' }], permit: () => Promise.reject(asked) },
  ];
  for (const end of ends) {
    const { events, result } = await play({ steps: direct(), ...end });
    const { recorded, begun } = progressIn(events);
    assert.deepEqual([result.status === 'success', [...recorded.keys()], [...begun]], [false, [], []]);
  }
});

test('a summary of old turns is one entry: a resumed run asks for none again that it has', async () => {
  const tool = toolOf('calc.page', ({ n }) => `${n}:${'x'.repeat(95_000)}`);
  const reading = () => (request: FakeRequest) => {
    const user = texts(request, 'user').at(-1) ?? '';
    if (user.endsWith('Sum up the work so far.')) return { text: 'SUMMARY' };
    const pages = answers(request).map((text) => Number(text.split(':')[0]));
    const next = 1 + Math.max(0, ...pages);
    return next > 6 ? { text: 'read' } : calling(['calc_page', { n: next }]);
  };
  const long = '  - { id: it, objective: x, tools: ["calc.*"], max_steps: 9, context: summarise }\n';
  for (const count of [20, 30, 35, 40]) {
    const { done, resumed } = await killedAfter(count, { steps: long, tools: [tool], replies: reading() });
    assert.equal(resumed.result.output, 'read');
    const finished = done.all.flatMap((event) => (event.type === 'turn.completed' ? [event.turn] : []));
    const all = resumed.events.flatMap((event) => (event.type === 'turn.completed' ? [event.turn] : []));
    assert.ok(all.includes('it/s1'));
    assert.equal(resumed.requests.length, all.length - finished.length, `after ${count}`);
  }
});

test('what is remembered at each step is written once; what is staged is there after all', async () => {
  for (const commit of ['each_step', 'on_success']) {
    for (const count of [10, 30, 45, 60]) {
      const written: MemoryChange[] = [];
      const memory: Memory = {
        read: async () => ({}),
        commit: async (_namespace, changes) => {
          written.push(...changes);
        },
      };
      const { resumed } = await killedAfter(count, { head: `${SERVERS}memory: { commit: ${commit} }\n`, options: { memory } });
      assert.equal(resumed.result.status, 'success');
      assert.deepEqual(
        written.map(({ key }) => key),
        ['sums'],
        `${commit} after ${count}`,
      );
    }
  }
});

const SERVERS = 'mcp: { calc: { command: nothing } }\n';

test('later steps with history see the prompts before, taken up again or not', async () => {
  const plain = await play({
    model: 'anthropic/claude-sonnet-4-5',
    steps,
    tools: [toolOf('calc.add', ({ a, b }) => `the sum is ${Number(a) + Number(b)}`)],
    replies: script(),
  });
  const { resumed } = await killedAfter(12, {});
  const bodyOf = ({ requests }: Played) => requests.at(-1)?.body;
  assert.deepEqual(bodyOf(resumed), bodyOf(plain));
});

test('an entry of which a secret was masked is done again; so is a call that stages memory', () => {
  const common = {
    v: 1,
    seq: 0,
    ts: '',
    run_id: 'r',
    attempts: 1,
    usage: { input_tokens: 0, output_tokens: 0 },
    cost_usd: 0,
    duration_ms: 0,
  } as const;
  const step = (name: string, more: object) =>
    ({ ...common, type: 'step.completed', step: name, id: name, kind: 'run', output: '***', ...more }) as Event;
  const call = (path: string, tool: string) =>
    ({ ...common, type: 'tool.completed', step: 'a', call: path, tool, is_error: false, text: '' }) as Event;
  const { recorded } = progressIn([
    step('a', { masked: true }),
    step('b', {}),
    call('c/t1.1', 'memory.set'),
    call('c/t1.2', 'own'),
    step('c/t1.2/in', {}),
    call('c/t1.3', 'own'),
  ]);
  assert.deepEqual([...recorded.keys()], ['b', 'c/t1.2/in', 'c/t1.3']);
  const turn = (path: string, more: object) =>
    ({ ...common, type: 'turn.completed', step: 'a', turn: path, text: '', ...more }) as Event;
  const masked = progressIn([turn('c/t1', {}), call('c/t1.1', 'own'), turn('c/t2', { masked: true }), call('c/t2.1', 'own')]);
  assert.deepEqual([...masked.recorded.keys()], ['c/t1', 'c/t1.1'], 'nor is a call of a turn that is taken again kept');
  assert.deepEqual([...masked.begun], ['c/t2.1']);
  const taken = progressIn([turn('c/t1', { masked: true }), call('c/t1.1', 'own'), turn('c/t1', {}), call('c/t1.1', 'own')]);
  assert.deepEqual([...taken.recorded.keys()].sort(), ['c/t1', 'c/t1.1']);
});
