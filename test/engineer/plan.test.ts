import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planOf } from '../../src/engineer/plan.ts';

test('a plan says what a budget needs at least, what is sensible and what the test costs', () => {
  const { floor, recommended, test: sealed } = planOf({ train: 40, val: 30, test: 50 }, 3);
  assert.deepEqual([floor, recommended, sealed], [138, 450, 100]);
});

// Measured: the share of tests of that size that show a gain of that size.
const MEASURED: [rows: number, chances: [number, number, number]][] = [
  [30, [0.38, 0.72, 0.89]],
  [50, [0.55, 0.85, 0.97]],
  [100, [0.76, 0.97, 1]],
  [200, [0.97, 0.99, 1]],
];
for (const [rows, chances] of MEASURED) {
  test(`the power of a test of ${rows} rows is about as measured`, () => {
    const { power } = planOf({ train: 0, val: 0, test: rows }, 3);
    for (const [index, { chance }] of power.entries()) assert.ok(Math.abs(chance - (chances[index] ?? 0)) < 0.05, `${chance}`);
  });
}
