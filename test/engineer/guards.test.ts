import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type GuardContext, objectionTo, withoutLeaks } from '../../src/engineer/guards.ts';
import { leakFinder } from '../../src/engineer/leaks.ts';

const rows = ['T012', 'T013', 'T014', 'T015', 'T016', 'T017'].map((id) => ({ id, vars: {} }));
const context: GuardContext = {
  before: 'Pick a label.\nAnswer only with JSON.',
  keep: [/^Answer only with/],
  maxCharacters: 80,
  findLeaks: leakFinder(rows, []),
};

const objections: [name: string, text: string, guard: string | undefined][] = [
  ['a good text', 'Pick a label.\n- Use refund for returns.\n  Answer only with JSON.', undefined],
  ['nothing', ' \n', 'empty'],
  ['a kept line changed', 'Pick a label.\nAnswer only with JSON!', 'keep'],
  ['too much', `Answer only with JSON.\n${'x'.repeat(80)}`, 'length'],
  ['talk before', 'Here is the improved prompt:\nAnswer only with JSON.', 'meta'],
  ['talk after', 'Answer only with JSON.\nLet me know if you want more.', 'meta'],
  ['a row by its id', 'Answer only with JSON.\n- T012 is a refund.', 'leak'],
];
for (const [name, text, guard] of objections)
  test(`${name}: ${guard ?? 'no objection'}`, () => assert.equal(objectionTo(text, context)?.guard, guard));

test('talk that was there before is no objection', () => {
  const before = 'Sure, you are an assistant.\nAnswer only with JSON.';
  assert.equal(objectionTo(before, { ...context, before }), undefined);
});

test('list items that quote rows are taken out; a sentence that does is not', () => {
  assert.equal(withoutLeaks('Pick.\n- T012 is one.\n2. T013 too.\n- Be brief.', context.findLeaks), 'Pick.\n- Be brief.');
  assert.equal(withoutLeaks('Pick as for T012.\n- Be brief.', context.findLeaks), undefined);
});
