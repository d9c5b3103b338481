import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { JsonObject } from '../../src/core/json.ts';
import type { StepBody } from '../../src/core/step.ts';
import { assertSuccess, calling, load, play, WIRES } from './playing.ts';
import { answers } from './wire.ts';

const ANY = { type: 'object' };
const own = (body: string) => `tools:\n  own: { description: of the chain, ${body} }\n`;
const agent = '  - { id: it, objective: "Go: {input}", tools: [own] }\n';

test('a shell tool gets its arguments on stdin and in a variable, and runs nothing that stands in them', async () => {
  const file = join(tmpdir(), `promptchain-touched-${process.pid}`);
  const attacks = [
    `"; touch ${file}; "`,
    `$(touch ${file})`,
    `\`touch ${file}\``,
    `' && touch ${file} && '`,
    `\n touch ${file}\n`,
  ];
  for (const attack of attacks) {
    const args: JsonObject = { text: attack };
    const played = await play({
      steps: agent,
      head: own(`parameters: { text: string }, run: 'cat; printf "\\n%s" "$INPUT"'`),
      replies: [calling(['own', args]), { text: 'done' }],
      options: {},
    });
    assertSuccess(played, 'done');
    assert.equal(answers(played.requests[1])[0], `${JSON.stringify(args)}\n${JSON.stringify(args)}`);
    assert.equal(existsSync(file), false);
  }
});

test('a shell tool that fails is told to the model; one over its time is ended', async () => {
  const failed = await play({
    steps: agent,
    head: own(`run: 'echo no such thing >&2; exit 3'`),
    replies: [calling(['own', {}]), { text: 'went on' }],
  });
  assertSuccess(failed, 'went on');
  assert.match(answers(failed.requests[1])[0] ?? '', /exit code 3|3/);
  const slow = await play({
    steps: agent,
    head: own('run: sleep 60, timeout: 100ms'),
    replies: [calling(['own', {}]), { text: 'went on' }],
  });
  assertSuccess(slow, 'went on');
  assert.match(answers(slow.requests[1])[0] ?? '', /did not answer within 0.1 s/);
});

test('the text of a tool is never taken for the text of the step', async () => {
  const played = await play({
    steps: agent,
    head: own('run: echo secret'),
    replies: [calling(['own', {}]), { text: 'done' }],
    options: { live: true },
  });
  assertSuccess(played, 'done');
  assert.deepEqual(
    played.events.filter((event) => event.type === 'step.delta'),
    [],
  );
});

test('a chain as a tool: its steps are entries of their own, several calls run beside each other, its failure is told', async () => {
  const inner = load(`model: ${WIRES[0]}\nsteps:\n  - { id: loud, run: "tr a-z A-Z" }\n  - { id: end, run: "cat; echo !" }\n`);
  const body: StepBody = {
    run: (context) => context.runChain(inner, { input: String(context.args?.text), inputs: {} }),
  };
  const played = await play({
    steps: agent,
    chain: (chain) => ({ ...chain, tools: { own: { name: 'own', description: '', parameters: ANY, effect: 'once', body } } }),
    replies: [calling(['own', { text: 'a' }], ['own', { text: 'b' }]), { text: 'done' }],
  });
  assertSuccess(played, 'done');
  assert.deepEqual(answers(played.requests[1]), ['A!', 'B!']);
  const steps = played.events.flatMap((event) => (event.type === 'step.completed' ? [event.step] : []));
  assert.deepEqual(steps.filter((step) => step.startsWith('it/')).sort(), [
    'it/t1.1/end',
    'it/t1.1/loud',
    'it/t1.2/end',
    'it/t1.2/loud',
  ]);

  const broken = load('steps:\n  - { run: "exit 9" }\n');
  const failed = await play({
    steps: agent,
    chain: (chain) => ({
      ...chain,
      tools: {
        own: {
          name: 'own',
          description: '',
          parameters: ANY,
          effect: 'once',
          body: { run: (context) => context.runChain(broken, { input: '', inputs: {} }) },
        },
      },
    }),
    replies: [calling(['own', {}]), { text: 'went on' }],
  });
  assertSuccess(failed, 'went on');
});

test('a tool step: the result is the output and the data; a failure fails the step; bad arguments do not reach it', async () => {
  const head = own('parameters: { n: number }, run: cat, parse: json');
  const good = await play({ steps: '  - { id: t, tool: own, with: { n: 4 } }\n  - { run: "cat" }\n', head });
  assertSuccess(good, '{"n":4}');
  assert.deepEqual(good.result.steps[0]?.data, { n: 4 });
  const bad = await play({ steps: '  - { id: t, tool: own, with: { n: four, m: 1 } }\n', head });
  assert.equal(bad.result.error?.code, 'PC7004');
  assert.match(bad.result.error?.message ?? '', /"n" must be number|"m"/);
});
