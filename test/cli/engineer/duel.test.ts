import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startFakeProvider } from '../../fake/provider.ts';
import { openSandbox } from '../sandbox.ts';
import { promptOf } from './scripted.ts';

/** The number of the answer that the judge names, given the answers in the order it sees them. */
type Judge = (answers: readonly string[], question: number) => number;

const FILES = {
  'long.md': 'Answer at length.',
  'short.md': 'Answer in a word.',
  'rude.md': 'Answer rudely.',
  'chain.yaml': 'model: openai/gpt-4o-mini\nsteps:\n  - "Answer in a word. {input}"\n',
  'inputs.txt': Array.from({ length: 10 }, (_, index) => `question ${index}\n`).join('\n'),
  'rows.jsonl': Array.from({ length: 10 }, (_, index) => JSON.stringify({ input: `row ${index}`, expected: 'x' })).join('\n'),
};

async function open(judge: Judge, same = false) {
  const sandbox = openSandbox(FILES);
  let questions = 0;
  const fake = await startFakeProvider({
    replies: (request) => {
      const prompt = promptOf(request);
      if (!prompt.startsWith('You choose the best')) return { text: same ? 'the same' : `I ${prompt.split('.')[0]}` };
      const answers = [...prompt.matchAll(/<answer number="\d+">\n([\s\S]*?)\n<\/answer>/g)].map(([, text = '']) => text);
      questions += 1;
      return { text: JSON.stringify({ reason: 'It is so.', best: judge(answers, questions) }) };
    },
  });
  const env = { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: fake.openaiUrl };
  return {
    sandbox,
    fake,
    asked: () => fake.requests.map(promptOf).filter((prompt) => prompt.startsWith('You choose the best')),
    compare: (...args: readonly string[]) =>
      sandbox.run(['engineer', 'compare', ...args, '-m', 'openai/gpt-4o-mini', '--judge-model', 'openai/gpt-4o'], { env }),
    async [Symbol.asyncDispose]() {
      sandbox[Symbol.dispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}

const prefers =
  (words: string): Judge =>
  (answers) =>
    answers.findIndex((text) => text.includes(words)) + 1;

describe('promptchain engineer compare --inputs', () => {
  it('lets a judge choose blindly in both orders, and tells an interval', async () => {
    await using at = await open(prefers('in a word'));
    const { code, stdout, stderr } = await at.compare('long.md', 'short.md', '--inputs', 'inputs.txt');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^the second is better: \+1\.000 \[\+1\.000, \+1\.000\] on 10 inputs, p = 0\.0010\n/);
    assert.match(stdout, /^ +long\.md +won 0 % +\[0, 0\]\n +short\.md +won 100 % +\[100, 100\]$/m);
    assert.match(stdout, /^judged by openai\/gpt-4o, blindly and in two orders; 0 of 10 undecided; \$0\.\d+$/m);
    const orders = at.asked().map((prompt) => prompt.indexOf('Answer at length') < prompt.indexOf('Answer in a word'));
    assert.deepEqual([orders.length, orders.filter(Boolean).length], [20, 10]);
    for (const prompt of at.asked()) assert.doesNotMatch(prompt, /long\.md|short\.md/);

    const worse = await at.compare('chain.yaml', 'long.md', '--inputs', 'rows.jsonl', '--json', '--criterion', 'brevity');
    const { verdict, best, rows } = JSON.parse(worse.stdout);
    assert.deepEqual([worse.code, verdict, best, rows.length], [5, 'worse', 'chain.yaml', 10]);
    assert.match(at.asked().at(-1) ?? '', /The criterion: brevity/);
  });

  it('says nothing when the judge favours a place', async () => {
    for (const place of [1, 2]) {
      await using at = await open(() => place);
      const two = await at.compare('long.md', 'short.md', '--inputs', 'inputs.txt');
      assert.equal(two.code, 5);
      assert.match(two.stdout, /^no significant difference: \+0\.000 .*[\s\S]*10 of 10 undecided/);
      const three = await at.compare('long.md', 'short.md', 'rude.md', '--inputs', 'inputs.txt');
      assert.equal(three.code, 5);
      assert.match(three.stdout, /10 of 10 undecided/);
    }
  });

  it('finds the best of several, if one is beyond chance', async () => {
    await using at = await open(prefers('rudely'));
    const { code, stdout } = await at.compare('long.md', 'short.md', 'rude.md', '--inputs', 'inputs.txt');
    assert.equal(code, 0);
    assert.match(stdout, /^rude\.md is the best: \+1\.000 \[\+1\.000, \+1\.000\] on 10 inputs, p = 0\.0029\n/);
    assert.equal(at.asked().length, 20);
  });

  it('counts a vote only if both orders agree, and asks as often as there are votes', async () => {
    await using at = await open((answers, question) => (question % 3 === 0 ? 0 : prefers('in a word')(answers, 0)));
    const { stdout } = await at.compare('long.md', 'short.md', '--inputs', 'inputs.txt', '--votes', '3', '-j', '1', '--json');
    const { rows, contenders } = JSON.parse(stdout);
    assert.equal(at.asked().length, 60);
    assert.deepEqual(rows[0], { id: '1', winner: null, wins: [0, 1], votes: 3 });
    assert.equal(contenders[0].share, 0);
  });

  it('asks nobody about answers that are the same', async () => {
    await using at = await open(() => 1, true);
    const { code, stdout } = await at.compare('long.md', 'short.md', '--inputs', 'inputs.txt');
    assert.deepEqual([code, at.asked().length], [5, 0]);
    assert.match(stdout, /10 of 10 undecided/);
  });

  it('keeps a limit over all contenders and the judge', async () => {
    await using at = await open(prefers('in a word'));
    const { code, stdout, stderr } = await at.compare('long.md', 'short.md', '--inputs', 'inputs.txt', '--max-turns', '25');
    assert.deepEqual([code, stdout, at.fake.requests.length], [6, '', 25], stderr);
    assert.match(stderr, /the duel ended before it was decided[\s\S]*--max-turns/);
  });

  it('refuses what does not go together, before anything is asked', async () => {
    await using at = await open(() => 1);
    for (const [args, message] of [
      [['long.md', 'short.md'], /--data rows\.jsonl, or --inputs/],
      [['long.md', 'short.md', '--data', 'rows.jsonl', '--inputs', 'inputs.txt'], /exclude each other/],
      [['chain.yaml', 'chain.yaml', 'chain.yaml', '--data', 'rows.jsonl'], /two chains at a time with --data/],
      [['chain.yaml', 'chain.yaml', '--data', 'rows.jsonl', '--votes', '2'], /--votes is for a judge/],
      [['long.md', 'short.md', '--inputs', 'inputs.txt', '--repeat', '2'], /--votes asks the judge more often/],
      [['chain.yaml#1', 'short.md', '--inputs', 'inputs.txt'], /names a step/],
      [['long.md', 'short.md', '--inputs', 'inputs.txt', '--record', 'tape.jsonl'], /--record: such a file/],
    ] as const) {
      const { code, stderr } = await at.compare(...args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    }
    assert.equal(at.fake.requests.length, 0);
  });
});
