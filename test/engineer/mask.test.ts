import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mask, unmask } from '../../src/engineer/mask.ts';

const PROMPT = `Sort the ticket {input} with {steps.find.output | trim}.
Mind {input}, and not {thing}.
<!-- keep -->
Never promise {refunds}.
<!-- /keep -->
\`\`\`json
{"label": "{input}"}
\`\`\`
Foreign: {{name}}.`;

test('placeholders, code, kept parts and foreign placeholders become tokens', () => {
  const masked = mask(PROMPT);
  assert.equal(masked.text, 'Sort the ticket ⟦P4⟧ with ⟦P5⟧.\nMind ⟦P4⟧, and not {thing}.\n⟦P1⟧\n⟦P2⟧\nForeign: ⟦P3⟧.');
  assert.deepEqual(unmask(masked.text, masked), { text: PROMPT });
});

test('tokens may move, but each has to be there as often as before', () => {
  const masked = mask('Sort {input} by {inputs.kind}. Again: {input}');
  assert.deepEqual(unmask('⟦P2⟧: ⟦P1⟧ ⟦P1⟧', masked), { text: '{inputs.kind}: {input} {input}' });
  const problems: [string, string][] = [
    ['⟦P1⟧ ⟦P2⟧', '⟦P1⟧ has to occur 2 times, and occurs 1 times'],
    ['⟦P1⟧ ⟦P1⟧', '⟦P2⟧ has to occur once, and occurs not at all'],
    ['⟦P1⟧ ⟦P1⟧ ⟦P2⟧ ⟦P7⟧', '⟦P7⟧ stands for nothing'],
    ['⟦P1⟧ ⟦P1⟧ ⟦P2⟧ {input}', 'the placeholder {input} was added'],
    ['⟦P1⟧ ⟦P1⟧ ⟦P2⟧ {{input}}', 'the placeholder {{input}} was added'],
  ];
  for (const [text, problem] of problems) assert.deepEqual(unmask(text, masked), { problem }, text);
});

test('a second text uses the tokens of the first', () => {
  const first = mask('{input} then {steps.a.output}');
  assert.equal(mask('{steps.a.output} before {input} and {inputs.b}', first).text, '⟦P2⟧ before ⟦P1⟧ and ⟦P3⟧');
});
