import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { ReportData } from '../../../src/cli/optimize/report/data.ts';
import type { OptimizeEvent } from '../../../src/engineer/events.ts';
import { chat } from '../../fake/chat.ts';
import { startFakeProvider } from '../../fake/provider.ts';
import type { Reply } from '../../fake/reply.ts';
import { openSandbox } from '../sandbox.ts';

const CHAIN = `model: openai/worker
steps:
  - id: parity
    prompt: { file: parity.md }
  - id: answer
    system: Decide.
    prompt: |
      Number: {steps.parity.output | upper}
      Yes or no?
`;
const PARITY = '---\ntemperature: 0\n---\nIs this number even or odd? {input}\n';
const RULE = 'Say yes to even numbers.';
/** What it is told reaches a page: it must not become part of it. */
const REPORTED = '<script>alert(1)</script>';

const rows = Array.from({ length: 48 }, (_, index) => ({
  id: `n${index}`,
  input: `number ${index}`,
  assert: [
    { type: 'equals', value: index % 2 === 0 ? 'yes' : 'no' },
    { type: 'contains', value: index % 2 === 0 ? 'even' : 'odd', step: 'parity' },
  ],
  metadata: { category: index % 3 === 0 ? 'thirds' : REPORTED },
  split: index < 16 ? 'train' : index < 24 ? 'val' : 'test',
}));

/** The first step is always right, the second says no until its text has the rule; the writer knows the rule and nothing else. */
function reply(body: Record<string, unknown>): Reply {
  const { model, system, lastUser } = chat.ask(body);
  if (model !== 'writer') {
    const number = /number (\d+)/.exec(lastUser)?.[1];
    if (number !== undefined) return { text: Number(number) % 2 === 0 ? 'it is even' : 'it is odd' };
    return { text: lastUser.includes('EVEN') && `${system}${lastUser}`.includes(RULE) ? 'yes' : 'no' };
  }
  const current = /<current_prompt>\n([\s\S]*?)\n<\/current_prompt>/.exec(lastUser)?.[1] ?? '';
  const isAnswer =
    !current.includes(RULE) && lastUser.includes('You improve the prompt') && lastUser.includes('The step: "answer"');
  return { text: isAnswer ? `It lacks the rule.\n<new_prompt>\n${current}\n${RULE}\n</new_prompt>` : 'NO_CHANGE' };
}

describe('an optimisation of several steps', () => {
  it('tells each step its own story, leaves what is right alone, and asks nothing twice', async () => {
    await using fake = await startFakeProvider({ replies: ({ body }) => reply(body) });
    using sandbox = openSandbox({
      'chain.yaml': CHAIN,
      'parity.md': PARITY,
      'rows.jsonl': rows.map((row) => JSON.stringify(row)).join('\n'),
    });
    const env = { OPENAI_API_KEY: 'sk-test-0123456789', OPENAI_BASE_URL: fake.openaiUrl };
    const args = ['--data', 'rows.jsonl', '--improver-model', 'openai/writer', '--budget', '80', '--run-dir', 'run'];
    const { code, stderr, stdout } = await sandbox.run(['engineer', 'optimize', 'chain.yaml', ...args], { env });
    assert.equal(code, 0, stderr + stdout);
    const asked = fake.requests.map(({ body }) => chat.ask(body));
    const questions = asked.flatMap(({ model, lastUser }) => (model === 'writer' ? [lastUser] : []));
    const of = (step: string, text: string) =>
      questions.find((question) => question.includes(`The step: "${step}"`) && question.includes(`You improve the ${text}`)) ??
      '';

    const answer = of('answer', 'prompt');
    assert.match(answer, /<received name="steps.parity.output \| upper">\nIT IS EVEN\n<\/received>/);
    assert.match(answer, /<current_prompt>\nNumber: ⟦P1⟧\nYes or no\?\n<\/current_prompt>/);
    assert.match(answer, /<feedback>\nequals: |<feedback>\nexpected "yes", got "no"/);
    assert.match(of('answer', 'system prompt'), /<current_prompt>\nDecide\.\n/);
    assert.match(
      of('parity', 'prompt'),
      /<received name="input">\nnumber \d+\n<\/received>\n<output>\nit is even\n<\/output>\n<final_output>\nno\n/,
    );

    const first = asked.flatMap(({ lastUser }) => (/^Is this number/.test(lastUser) ? [lastUser] : []));
    const journal = readFileSync(sandbox.path('run/journal.jsonl'), 'utf8').trim().split('\n');
    const events = journal.map((line) => JSON.parse(line) as OptimizeEvent);
    const draws = events.flatMap((event) => (event.type === 'rollout' ? [`${event.row} ${event.repeat}`] : []));
    assert.ok(draws.length > new Set(draws).size);
    assert.equal(first.length, new Set(draws).size, 'the first step never changes, so other texts of the second ask it nothing');

    const report = JSON.parse(readFileSync(sandbox.path('run/report.json'), 'utf8')) as ReportData;
    assert.deepEqual(
      report.texts.map(({ id, file, before, after }) => [id, file, before === after]),
      [
        ['parity.prompt', 'parity.md', true],
        ['answer.system', 'chain.yaml', true],
        ['answer.prompt', 'chain.yaml', false],
      ],
    );
    assert.equal((await sandbox.run(['engineer', 'apply', 'run'])).code, 0);
    assert.equal(readFileSync(sandbox.path('chain.yaml'), 'utf8'), CHAIN.replace('Yes or no?\n', `Yes or no?\n      ${RULE}\n`));
    assert.equal(readFileSync(sandbox.path('parity.md'), 'utf8'), PARITY);

    const page = readFileSync(sandbox.path('run/report.html'), 'utf8');
    assert.ok(!page.includes(REPORTED) && page.includes('&#60;script&#62;'));
    assert.doesNotMatch(page, /https?:|<script|<link|<img|url\(/);
    for (const title of ['Scores', 'Best so far', 'Changed texts', 'Change by category', 'Lineage', 'Costs'])
      assert.ok(page.includes(`<h2>${title}`), title);
    const markdown = await sandbox.run(['engineer', 'report', 'run', '--format', 'md']);
    assert.match(
      markdown.stdout,
      /\*\*improved: [\s\S]*\| thirds \| 8 \| \+[\s\S]*```diff\n[\s\S]*\n\+Say yes to even numbers\.\n/,
    );
  });

  it('keeps its hands off the steps that are not asked for', async () => {
    using sandbox = openSandbox({
      'chain.yaml': `${CHAIN}engineer: { steps: { parity: { optimize: false } } }\n`,
      'parity.md': PARITY,
      'rows.jsonl': rows.map((row) => JSON.stringify(row)).join('\n'),
    });
    const env = { OPENAI_API_KEY: 'sk-test-0123456789' };
    const plan = (...more: string[]) =>
      sandbox.run(['engineer', 'optimize', 'chain.yaml', '--data', 'rows.jsonl', '--dry-run', ...more], { env });
    assert.match((await plan()).stdout, /^chain +chain\.yaml: answer\.system, answer\.prompt$/m);
    assert.match((await plan('--steps', 'parity')).stdout, /^chain +chain\.yaml: parity\.prompt$/m);
    const { code, stderr } = await plan('--steps', 'pariti');
    assert.equal(code, 2);
    assert.match(stderr, /PC2060[\s\S]*did you mean "parity"\?/);
  });
});
