import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leakFinder } from '../../src/engineer/leaks.ts';
import type { Row } from '../../src/engineer/row.ts';

const row = (id: string, text: string): Row => ({ id, vars: { ticket: { body: text } } });
const rows = [
  row('T0012', 'Please answer: my parcel with the blue vase arrived broken, order A-4711'),
  row('T0013', 'Please answer: nobody rang the bell and the card says two o’clock'),
  ...Array.from({ length: 8 }, (_, index) => row(`T01${index}0`, `Please answer: see model X200 of the year and say ${index}`)),
];

test('quotes of six words and ids of single rows are found', () => {
  const find = leakFinder(rows, []);
  assert.deepEqual(find('Say sorry. Parcel with the BLUE vase arrived broken? Refund.'), [
    'parcel with the blue vase arrived',
    'with the blue vase arrived broken',
  ]);
  assert.deepEqual(find('For ticket T0012 refund, as for a-4711.'), ['t0012', 'a-4711']);
});

test('fewer words, what many rows have in common, and what the first prompt says are no leaks', () => {
  const find = leakFinder(rows, ['Order numbers look like A-4711.']);
  assert.deepEqual(find('with the blue vase arrived. Model X200: see model X200 of the year. Like a-4711.'), []);
});
