import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { startFakeProvider } from '../../fake/provider.ts';
import { openSandbox } from '../sandbox.ts';
import { promptOf } from './scripted.ts';

const CHAIN = `model: openai/gpt-4o-mini
inputs:
  tier: {type: choice, options: [gold, basic], required: true, description: what the customer pays}
  tags: {type: list}
  note: {type: string}
steps:
  - id: label
    prompt: "Label {input} of a {inputs.tier} customer {inputs.tags} {inputs.note}"
  - id: answer
    prompt: "Answer {steps.label.output}"
`;

interface Invention {
  readonly kind?: string;
  readonly input?: string;
  readonly inputs?: object;
  readonly rubric?: string | undefined;
}

const SUBJECTS = ['a broken lamp', 'a late parcel', 'two invoices', 'a lost key', 'the wrong colour', 'a cold soup', 'no signal'];

/** What the writer says to a question, by its number. */
async function open(answer: (question: number) => readonly Invention[], files: Record<string, string> = {}) {
  const sandbox = openSandbox({ 'chain.yaml': CHAIN, ...files });
  const cases = (number: number) =>
    answer(number).map((each) => ({ kind: 'typical', inputs: { tier: 'gold' }, rubric: 'It is kind.', ...each }));
  const fake = await startFakeProvider({ replies: (_, number) => ({ text: JSON.stringify({ cases: cases(number) }) }) });
  const env = { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: fake.openaiUrl };
  return {
    sandbox,
    fake,
    asked: () => fake.requests.map(promptOf),
    rows: (name: string) =>
      readFileSync(sandbox.path(name), 'utf8')
        .split('\n')
        .flatMap((line) => (line === '' ? [] : [JSON.parse(line)])),
    engineer: (...args: readonly string[]) => sandbox.run(['engineer', ...args], { env }),
    async [Symbol.asyncDispose]() {
      sandbox[Symbol.dispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}

const ordinary = (question: number): Invention[] =>
  SUBJECTS.map((about) => ({ input: `${about}, order ${question}${question}${question}` }));

describe('promptchain engineer synth', () => {
  it('writes a dataset that the other commands read, every input given and all marked synthetic', async () => {
    await using at = await open(ordinary);
    const { code, stdout, stderr } = await at.engineer('synth', 'chain.yaml', '-n', '10', '-o', 'cases.jsonl');
    assert.deepEqual([code, stdout], [0, ''], stderr);
    const rows = at.rows('cases.jsonl');
    assert.equal(rows.length, 10);
    for (const { input, vars, assert: checks, metadata } of rows) {
      assert.ok(input.length > 0);
      assert.deepEqual(vars, { tier: 'gold' });
      assert.deepEqual(checks, [{ type: 'llm-rubric', value: 'It is kind.' }]);
      assert.deepEqual(metadata, { category: 'typical', synthetic: true, writer: 'openai/gpt-4o-mini' });
    }
    assert.match(stderr, /^10 cases in cases\.jsonl, written by openai\/gpt-4o-mini in 2 calls, \$0\.00/);
    assert.match(stderr, /^no case gives inputs\.tags, inputs\.note$/m);
    assert.match(stderr, /^they are synthetic: .*not what your users send/m);
    const [first = '', second = ''] = at.asked();
    assert.match(first, /label\.prompt:\nLabel \{input\}/);
    assert.match(first, /inputs\.tier: what the customer pays \(one of gold, basic\)/);
    assert.match(second, /<known>\n.*a broken lamp, order 000/, 'the second question shows what the first brought');

    const plan = await at.engineer(
      'optimize',
      'chain.yaml',
      '--data',
      'cases.jsonl',
      '--judge-model',
      'openai/gpt-4o',
      '--dry-run',
    );
    assert.equal(plan.code, 0, plan.stderr);
    assert.match(plan.stdout, /^warning {3}10 of 10 rows are synthetic: .*/m);
  });

  it('takes no case twice, none that is nearly another, and none that the chain cannot be run with', async () => {
    const long = 'My parcel with the blue lamp has not come since Monday and nobody at the shop picks up the phone when I call';
    await using at = await open(
      (question) =>
        question === 0
          ? [
              { input: long },
              { input: `${long}.` },
              { input: 'a note', inputs: { tier: 'gold', note: 'file:///etc/passwd' } },
              { input: '   ', inputs: { tier: 'gold', tags: ['a', 'b'] } },
              { input: 'known already, thanks' },
              { input: 'a list is one case', inputs: { tier: 'basic', tags: ['a', 'b'] }, rubric: 'It says {{tier}}.' },
            ]
          : [{ input: long }],
      { 'known.jsonl': '{"input": "known already, thanks", "vars": {"tier": "gold"}}\n' },
    );
    const { code, stdout, stderr } = await at.engineer('synth', 'chain.yaml', '--data', 'known.jsonl', '-n', '5');
    assert.equal(code, 5);
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      rows.map(({ input }) => input),
      [long, '   ', 'a list is one case'],
    );
    assert.equal(rows[2].assert[0].value, 'It says { {tier} }.');
    assert.match(stderr, /left out: 5 that repeat another, 1 that the chain cannot be run with$/m);
    assert.match(stderr, /^not 5: the model has nothing new to say$/m);
    assert.equal(at.fake.requests.length, 4);

    at.sandbox.write({ 'made.jsonl': stdout });
    const run = await at.engineer('compare', 'chain.yaml', 'chain.yaml', '--data', 'made.jsonl', '--stubs', 'none.yaml');
    assert.doesNotMatch(run.stderr, /PC15/, 'three rows, not one for each item of a list');
  });

  it('judges the output of one step, and leaves rubrics out where none are wanted', async () => {
    await using at = await open((question) =>
      ordinary(question).map((each) => (question === 0 ? each : { ...each, rubric: undefined })),
    );
    const step = await at.engineer('synth', 'chain.yaml#label', '-n', '1');
    assert.equal(JSON.parse(step.stdout).assert[0].step, 'label');
    const bare = await at.engineer('synth', 'chain.yaml', '-n', '1', '--no-rubric');
    assert.equal('assert' in JSON.parse(bare.stdout), false);
    assert.match((await at.engineer('synth', 'chain.yaml#lable', '-n', '1')).stderr, /did you mean "chain\.yaml#label"\?/);
  });

  it('serves a prompt file, a prompt of the pipe and a task', async () => {
    await using at = await open((question) => SUBJECTS.map((input) => ({ input, inputs: { tone: `t${question}` } })), {
      'prompt.md': 'Answer {input} in a {inputs.tone} way.',
      'part.md': 'Answer {steps.other.output}.',
    });
    const prompt = await at.engineer('synth', 'prompt.md', '-n', '2', '--improver-model', 'openai/gpt-4o-mini');
    assert.equal(prompt.code, 0, prompt.stderr);
    assert.deepEqual(JSON.parse(prompt.stdout.split('\n')[0] ?? '').vars, { tone: 't0' });
    const part = await at.engineer('synth', 'part.md');
    assert.deepEqual([part.code, at.fake.requests.length], [2, 1]);
    assert.match(part.stderr, /without its chain[\s\S]*name the chain it belongs to/);
  });

  it('keeps its budget, and writes what was paid for', async () => {
    await using at = await open(ordinary);
    const { code, stderr } = await at.engineer('synth', 'chain.yaml', '-n', '30', '--max-calls', '2', '-o', 'some.jsonl');
    assert.deepEqual([code, at.fake.requests.length, at.rows('some.jsonl').length], [6, 2, 14], stderr);
    assert.match(stderr, /^14 cases in some\.jsonl/m);
    const cost = await at.engineer('synth', 'chain.yaml', '-n', '30', '--budget-usd', '0.0000001', '-o', 'none.jsonl');
    assert.deepEqual([cost.code, at.fake.requests.length, existsSync(at.sandbox.path('none.jsonl'))], [6, 2, false]);
  });

  it('says first what it would do, and replaces no file unasked', async () => {
    await using at = await open(ordinary, { 'there.jsonl': 'mine' });
    const plan = await at.engineer('synth', 'chain.yaml', '-n', '20', '--dry-run', '--max-calls', '9');
    assert.deepEqual([plan.code, at.fake.requests.length], [0, 0]);
    assert.match(plan.stdout, /^cases {5}20 for chain\.yaml; each gives input, inputs\.tier, inputs\.tags, inputs\.note$/m);
    assert.match(plan.stdout, /^model {5}openai\/gpt-4o-mini, about 3 questions, at most 9 calls$/m);
    const there = await at.engineer('synth', 'chain.yaml', '-o', 'there.jsonl');
    assert.deepEqual([there.code, readFileSync(at.sandbox.path('there.jsonl'), 'utf8')], [2, 'mine']);
    assert.equal((await at.engineer('synth', 'chain.yaml', '-o', 'cases.yaml')).code, 2);
    assert.equal((await at.engineer('synth', 'chain.yaml', '--json')).code, 2);
    const forced = await at.engineer('synth', 'chain.yaml', '-n', '2', '-o', 'there.jsonl', '--force', '--json');
    assert.deepEqual([forced.code, forced.stderr], [0, '']);
    assert.deepEqual(JSON.parse(forced.stdout).cases, 2);
    assert.equal(at.rows('there.jsonl').length, 2);
  });
});
