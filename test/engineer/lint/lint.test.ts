import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lint, RULES } from '../../../src/engineer/lint/lint.ts';

const found = (text: string, context = {}) => lint(text, context).map(({ rule }) => rule);

const cases: [rule: string, bad: string, good: string][] = [
  ['open-fence', 'Like this:\n```\nx', 'Like this:\n```\nx\n```'],
  ['open-tag', '<a>x</a> <a>y', '<a>x</a> <a href="z">y</a> and `<a>`'],
  ['todo', 'TODO: the tone', 'Write a todo list.'],
  ['contradicting-limits', 'At most three sentences. Use no more than 5 sentences.', 'At most 3 sentences of at most 20 words.'],
  ['repeated-line', '- Answer in one sentence.\n- x\n- Answer in one sentence.', '- Yes.\n- Yes.'],
  ['nowhere-reference', 'Sort it as described above.', 'Sort it by the list in <labels>.'],
  ['invalid-example', '```json\n{"a": 1,}\n```', '```json\n{"a": "{input}",}\n```\n```json\n{"a": 1}\n```'],
  ['only-forbids', '- Never guess.', '- Never guess: answer "unknown" instead.'],
  ['bare-input', 'Summarise {input} in a line.', 'Summarise the text.\n<text>\n{input}\n</text>'],
  ['vague', 'Mind names, dates etc. in it', 'Mind names and dates.'],
  ['too-long', 'word '.repeat(4000), 'word'],
  ['empty', ' - \n', 'a'],
  ['hidden-characters', 'Answer\u200b shortly.', 'Answer shortly: “größer”.'],
  ['pasted-key', `Use sk-${'a1'.repeat(20)} for it`, 'Use sk-learn for it'],
  ['unknown-placeholder', 'Greet {name} in {language}.', 'Greet `{name}`: {input}, {inputs.name}, {"a": 1}, {{name}}.'],
  ['repeated-value', '{input}\n\nAgain: {input}', '{input}\n\n{steps.a.output}'],
  ['open-keep', 'a\n<!-- keep -->\nb', '<!-- keep -->\nb\n<!-- /keep -->'],
  ['broken-numbering', '1. a\n2. b\n2. c', '1. a\n2. b\n\nThen:\n1. c\n   more\n2. d'],
  ['empty-section', '# Rules\n\n# Form\nShort.', '# Rules\n## Of form\nShort.'],
  ['empty-section', '<rules>\n</rules>', '<rules>be short</rules>'],
  [
    'contradicting-rules',
    '- Always cite the source.\n- Never cite the source.',
    '- Always cite the source.\n- Never cite a person.',
  ],
  ['two-formats', 'Answer only with JSON.\nReturn just Markdown.', 'Answer only with JSON. Then: respond only with JSON.'],
  ['leftover-talk', 'Here is the improved prompt:\nSum it up.', 'Here is a text.'],
  ['missing-examples', 'Follow the examples below.\nSum it up.', 'Follow the examples below.\n<example>a</example>'],
  ['shouting', 'You MUST. NEVER do. ALWAYS do. IMPORTANT: it is CRITICAL.', 'You MUST.'],
  ['mixed-languages', 'Answer shortly. Ответь коротко.', 'Translate “да”, as in the dictionary.'],
];
for (const [rule, bad, good] of cases) {
  test(`${rule} is found where it is, and only there`, () => {
    assert.ok(found(bad).includes(rule), found(bad).join());
    assert.ok(!found(good).includes(rule), found(good).join());
  });
}

test('what the chain expects is held against the prompt', () => {
  assert.deepEqual(found('Pick a label.', { parsesJson: true, unused: ['input'] }), ['unused-input', 'output-contract']);
  assert.deepEqual(found('Pick a label as JSON.', { parsesJson: true }), []);
});

test('every quote is a part of the prompt', () => {
  for (const [, bad] of cases) for (const { quote } of lint(bad)) assert.ok(bad.includes(quote), quote);
});

test('every rule has a case', () => {
  const tried = new Set([...cases.map(([rule]) => rule), 'unused-input', 'output-contract']);
  assert.deepEqual(
    RULES.map(({ rule }) => rule).filter((rule) => !tried.has(rule)),
    [],
  );
});
