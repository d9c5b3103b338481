import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byCategory, regressions } from '../../src/engineer/categories.ts';
import { compareScores } from '../../src/engineer/significance.ts';
import { drawsOf } from '../../src/lib/counted-random.ts';

const scores = (text: string) => [...text].map(Number);

test('few rows that differ: p is exact', () => {
  const five = compareScores(scores('0000011111'), scores('1111111111'), 0);
  assert.equal(five.p, 1 / 32);
  assert.deepEqual([five.verdict, five.difference, five.fixed, five.broken], ['improved', 0.5, [0, 1, 2, 3, 4], []]);
  // Four better, one worse: of 32 patterns, those with at most one minus have a sum of at least 3.
  const four = compareScores(scores('0000111111'), scores('1111011111'), 0);
  assert.equal(four.p, 6 / 32);
  assert.deepEqual([four.verdict, four.broken], ['no significant gain', [4]]);
  assert.ok(four.low < 0.3 && four.high > 0.3);
});

test('no difference is no gain, a loss is told', () => {
  const same = compareScores(scores('0101'), scores('0101'), 0);
  assert.deepEqual([same.verdict, same.p, same.low, same.high], ['no significant gain', 1, 0, 0]);
  assert.equal(compareScores(scores('1111111111'), scores('0000001111'), 0).verdict, 'worse');
});

test('many rows that differ: p and interval are drawn, and the same for the same seed', () => {
  const draws = drawsOf(3);
  const before = Array.from({ length: 200 }, () => Number(draws.next() < 0.5));
  const after = before.map((score) => (draws.next() < 0.2 ? 1 : score));
  const verdict = compareScores(before, after, 5);
  assert.equal(verdict.verdict, 'improved');
  assert.equal(verdict.p, 1 / 10_001);
  assert.ok(verdict.low > 0.04 && verdict.high < 0.2);
  assert.deepEqual(compareScores(before, after, 5), verdict);
});

test('without an effect, one comparison in twenty claims a gain', () => {
  let claims = 0;
  for (let trial = 0; trial < 300; trial += 1) {
    const draws = drawsOf(trial, 1);
    const [before, after] = [0, 1].map(() => Array.from({ length: 40 }, () => Number(draws.next() < 0.6)));
    claims += Number(compareScores(before ?? [], after ?? [], trial).verdict === 'improved');
  }
  assert.ok(claims > 3 && claims <= 24, `${claims} of 300`);
});

test('categories are told apart, and one that must not get worse is named when it does', () => {
  const rows = Array.from({ length: 20 }, (_, index) => ({
    id: `${index}`,
    vars: {},
    metadata: { category: index < 12 ? 'refund' : index < 19 ? 'other' : 'rare' },
  }));
  const before = scores('00000000000011111111');
  const after = scores('11111111111111111110');
  const [refund, ...others] = byCategory(rows, before, after, 0);
  assert.deepEqual([refund?.category, refund?.rows, refund?.difference, others.length], ['refund', 12, 1, 0]);
  assert.deepEqual(regressions(rows, before, after, ['refund', 'other', 'rare', 'none']), ['rare']);
});
