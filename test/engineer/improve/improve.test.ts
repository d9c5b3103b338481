import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCritique } from '../../../src/engineer/improve/critique.ts';
import { signTest } from '../../../src/engineer/improve/duel.ts';
import { type ImproveEvent, type Improvement, type ImproveOptions, improve } from '../../../src/engineer/improve/improve.ts';
import { guarded, lastWins, sharesOf } from '../../defectworld/policies.ts';

const TEXT = 'Answer the letter.\n- Be vague.\n- Be kind.\n<letter>\n{input}\n</letter>';
const CRITIQUE =
  '{"problems": [{"aspect": "clarity", "quote": "- Be vague.", "problem": "unclear", "fix": "be plain", "severity": "high"}]}';
const CONTENT = '{"problems": []}';
const hunk = (search: string, replace: string) =>
  `REASON: plainer\n<<<<<<< SEARCH\n${search}\n=======\n${replace}${replace === '' ? '' : '\n'}>>>>>>> REPLACE`;
const better = (prompt: string) => (/<first>[\s\S]*vague[\s\S]*<\/first>/.test(prompt) ? 'WINNER: second' : 'WINNER: first');

interface Script {
  readonly critiques: readonly string[];
  readonly revisions: readonly string[];
  readonly verdict?: (prompt: string) => string;
}

/** A run with models that say what the script has for them, the last of each for ever. */
async function improved(script: Script, options: Partial<ImproveOptions> = {}) {
  const questions: string[] = [];
  const counts = { critiques: 0, revisions: 0 };
  const next = (list: 'critiques' | 'revisions') => {
    const text = script[list][Math.min(counts[list], script[list].length - 1)] ?? '';
    counts[list] += 1;
    return text;
  };
  const ask: ImproveOptions['ports']['ask'] = async ({ role, prompt }) => {
    questions.push(prompt);
    const text =
      role === 'improver'
        ? next('revisions')
        : prompt.includes('WINNER:')
          ? (script.verdict ?? better)(prompt)
          : next('critiques');
    return { text, truncated: false, calls: 1, costUsd: 0 };
  };
  const events: ImproveEvent[] = [];
  const stream = improve({ text: TEXT, ports: { ask }, signal: new AbortController().signal, ...options });
  for (;;) {
    const { done, value } = await stream.next();
    if (done) return { ...(value satisfies Improvement), events, questions };
    events.push(value);
  }
}

test('a problem is mended, judged blindly, and kept', async () => {
  const { text, reason, basis, events } = await improved({
    critiques: [CRITIQUE, CONTENT],
    revisions: [hunk('- Be vague.', '- Name the next step.')],
  });
  assert.equal(text, TEXT.replace('- Be vague.', '- Name the next step.'));
  assert.deepEqual([reason, basis], ['no problem left', 'texts']);
  assert.deepEqual(
    events.filter(({ type }) => type === 'decision'),
    [{ type: 'decision', iteration: 1, accepted: true, wins: 1, losses: 0, ties: 0, p: 0.5, votes: { new: 3, old: 0, tie: 0 } }],
  );
});

test('a prompt without problems stays as it is', async () => {
  const { text, changed, reason, questions } = await improved({ critiques: [CONTENT], revisions: [''] });
  assert.deepEqual([text, changed, reason, questions.length], [TEXT, false, 'no problem left', 1]);
});

test('a judge that always says "first" decides nothing', async () => {
  const { text, reason, events } = await improved({
    critiques: [CRITIQUE],
    revisions: [hunk('- Be vague.', '- Name the next step.')],
    verdict: () => 'WINNER: first',
  });
  assert.deepEqual([text, reason], [TEXT, 'nothing better was found']);
  for (const event of events)
    if (event.type === 'decision') assert.deepEqual([event.wins, event.losses, event.ties, event.votes.tie], [0, 0, 1, 3]);
});

const refusals: [name: string, guard: string, answer: string][] = [
  ['a lost placeholder', 'placeholders', hunk('⟦P1⟧', '')],
  ['a change nobody asked for', 'unasked', hunk('- Be kind.', '')],
  ['lines that are not there', 'form', hunk('- Be quick.', '- Be slow.')],
  ['no change', 'same', hunk('- Be vague.', '- Be vague.')],
  ['talk about the prompt', 'meta', hunk('', 'Let me know if you need more.')],
];
for (const [name, guard, answer] of refusals) {
  test(`${name} is refused, once said why`, async () => {
    const { text, events, questions } = await improved({ critiques: [CRITIQUE], revisions: [answer] }, { maxIterations: 1 });
    assert.equal(text, TEXT);
    assert.deepEqual(
      events.flatMap((event) => (event.type === 'refused' ? [event.guard] : [])),
      [guard],
    );
    assert.equal(questions.filter((question) => question.includes('Your last answer cannot be used: ')).length, 1);
  });
}

test('what a person says is reason enough, and is passed on', async () => {
  const { text, questions } = await improved(
    {
      critiques: [CONTENT],
      revisions: [hunk('- Be kind.', '- Be warm.')],
      verdict: (prompt) => `WINNER: ${/<first>[\s\S]*warm[\s\S]*<\/first>/.test(prompt) ? 'first' : 'second'}`,
    },
    { notes: ['warmer, please'] },
  );
  assert.ok(text.includes('- Be warm.'));
  assert.equal(questions.filter((question) => question.includes('warmer, please')).length > 1, true);
});

test('with inputs, the answers to them are compared', async () => {
  const run = async (text: string, input: string) => (text.includes('vague') ? `vague ${input}` : `plain ${input}`);
  const ask: ImproveOptions['ports']['ask'] = async ({ role, prompt }) => ({
    text:
      role === 'improver'
        ? hunk('- Be vague.', '- Name the next step.')
        : prompt.includes('WINNER:')
          ? verdict(prompt)
          : CRITIQUE,
    truncated: false,
    calls: 1,
    costUsd: 0,
  });
  const verdict = (prompt: string) => (/<first>\nplain/.test(prompt) ? 'WINNER: first' : 'WINNER: second');
  const stream = improve({
    text: TEXT,
    ports: { ask, run },
    signal: new AbortController().signal,
    inputs: ['a', 'b'],
    maxIterations: 1,
  });
  let last = await stream.next();
  while (!last.done) last = await stream.next();
  assert.deepEqual([last.value.changed, last.value.basis], [true, 'outputs']);
});

test('criticism that quotes what the prompt does not say is left out', () => {
  const answer = JSON.stringify({
    problems: [
      { quote: 'Be rude.', problem: 'x' },
      { quote: 'Be kind', problem: 'y' },
      { quote: '', problem: 'z', severity: 'odd' },
    ],
  });
  assert.deepEqual(
    readCritique(`Sure:\n${answer}`, TEXT)?.map(({ problem, severity }) => [problem, severity]),
    [
      ['y', 'medium'],
      ['z', 'medium'],
    ],
  );
  assert.equal(readCritique('no idea', TEXT), undefined);
});

test('the sign test', () => {
  assert.equal(signTest(3, 0), 0.125);
  assert.equal(signTest(5, 1), 7 / 64);
  assert.equal(signTest(0, 0), 1);
});

test('flawed prompts get better and good ones stay as they are, where keeping the last revision does harm', async () => {
  const [flawed, clean, careless] = [
    await sharesOf(guarded, 6, 60),
    await sharesOf(guarded, 0, 60),
    await sharesOf(lastWins, 6, 60),
  ];
  assert.ok(flawed.fixed >= 0.82 && flawed.kept >= 0.94 && flawed.placeholders === 1, JSON.stringify(flawed));
  assert.ok(clean.kept >= 0.995 && clean.placeholders === 1, JSON.stringify(clean));
  assert.ok(careless.placeholders < 0.7, JSON.stringify(careless));
});
