import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Case, Split } from '../../src/core/dataset.ts';
import { splitsOf } from '../../src/eval/splits.ts';

describe('splits', () => {
  it('every case is in exactly one, none of them too large', () => {
    fc.assert(
      fc.property(datasets(20, 900), (cases) => {
        const { assigned, pooled } = splitsOf(cases);
        assert.equal(pooled, false);
        assert.deepEqual(new Set(assigned.keys()), new Set(cases.map(({ id }) => id)));
        const { val, test } = counts(assigned);
        assert.ok(val <= 60 && test <= 200, `${val} ${test}`);
      }),
      { numRuns: 30 },
    );
  });

  it('40, 30 and 30 per cent as long as nothing is full', () => {
    fc.assert(
      fc.property(datasets(20, 200), (cases) => {
        const { val, test } = counts(splitsOf(cases).assigned);
        assert.ok(Math.abs(val - 0.3 * cases.length) <= 1, `${val} of ${cases.length}`);
        assert.ok(Math.abs(test - 0.3 * cases.length) <= 1, `${test} of ${cases.length}`);
      }),
      { numRuns: 50 },
    );
  });

  it('do not depend on the order of the file', () => {
    fc.assert(
      fc.property(datasets(20, 120), fc.infiniteStream(fc.nat()), (cases, draws) => {
        const keyed = cases.map((each) => [draws.next().value as number, each] as const);
        const shuffled = keyed.toSorted(([a], [b]) => a - b).map(([, each]) => each);
        assert.deepEqual(sorted(splitsOf(shuffled).assigned), sorted(splitsOf(cases).assigned));
      }),
      { numRuns: 30 },
    );
  });

  it('new cases move few of the old ones', () => {
    fc.assert(
      fc.property(datasets(60, 180), fc.integer({ min: 1, max: 10 }), (cases, added) => {
        const more = Array.from({ length: added }, (_, index) =>
          caseOf(`new ${index}`, `another question, number ${index}`, 'a'),
        );
        const before = splitsOf(cases).assigned;
        const after = splitsOf([...cases, ...more]).assigned;
        const moved = cases.filter(({ id }) => before.get(id) !== after.get(id)).length;
        // Each border of each category moves by a case at most for each new one, and by one for rounding.
        assert.ok(moved <= 2 * added + 2 * CATEGORIES.length, `${moved} moved for ${added}`);
      }),
      { numRuns: 50 },
    );
  });

  it('divide every category alike', () => {
    fc.assert(
      fc.property(datasets(60, 180), (cases) => {
        const { assigned } = splitsOf(cases);
        for (const category of CATEGORIES) {
          const own = cases.filter(({ metadata }) => metadata.category === category);
          const test = own.filter(({ id }) => assigned.get(id) === 'test').length;
          assert.ok(Math.abs(test - 0.3 * own.length) <= 1.5, `${test} of ${own.length}`);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('what is nearly the same stays together', () => {
    const words = (seed: number) => Array.from({ length: 120 }, (_, index) => `word${(seed * 7919 + index * 104_729) % 5000}`);
    const cases = Array.from({ length: 60 }, (_, index) => {
      const own = words(Math.floor(index / 2));
      // One word more at the end: 116 of 117 runs of five words are the same.
      return caseOf(`case ${index}`, (index % 2 === 0 ? own : [...own, 'please']).join(' '), 'a');
    });
    const { assigned } = splitsOf(cases);
    for (let index = 0; index < 60; index += 2) assert.equal(assigned.get(`case ${index}`), assigned.get(`case ${index + 1}`));
    assert.ok(counts(assigned).test > 0 && counts(assigned).val > 0);
  });

  it('the file decides where it says so, also for what is nearly the same', () => {
    const cases = Array.from({ length: 30 }, (_, index) => caseOf(`case ${index}`, differing(index), 'a'));
    const fixed = cases.map((each, index) => (index < 10 ? { ...each, split: 'test' as const } : each));
    const twin = { ...caseOf('twin', differing(3), 'a') };
    const { assigned } = splitsOf([...fixed, twin]);
    for (let index = 0; index < 10; index += 1) assert.equal(assigned.get(`case ${index}`), 'test');
    assert.equal(assigned.get('twin'), 'test');
    assert.ok(counts(assigned).val > 0);
  });

  it('fewer than twenty cases are one pool', () => {
    const cases = Array.from({ length: 19 }, (_, index) => caseOf(`case ${index}`, `question ${index}`, 'a'));
    const { assigned, pooled } = splitsOf(cases);
    assert.equal(pooled, true);
    assert.deepEqual(counts(assigned), { train: 19, val: 0, test: 0 });
  });

  it('another seed deals anew', () => {
    const cases = Array.from({ length: 100 }, (_, index) => caseOf(`case ${index}`, differing(index), 'a'));
    assert.notDeepEqual(sorted(splitsOf(cases, { seed: 1 }).assigned), sorted(splitsOf(cases).assigned));
  });
});

/** A text that is like no other. */
function differing(number: number): string {
  return `q${number * 7919}`;
}

const CATEGORIES = ['a', 'b', 'c'];

/** Cases that differ, each of a category. */
function datasets(minLength: number, maxLength: number): fc.Arbitrary<Case[]> {
  return fc
    .uniqueArray(fc.nat({ max: 1_000_000 }), { minLength, maxLength, size: 'max' })
    .map((numbers) => numbers.map((number, index) => caseOf(`case ${index}`, `q${number}`, CATEGORIES[number % 3] ?? 'a')));
}

function caseOf(id: string, input: string, category: string): Case {
  return { id, input, vars: {}, assertions: [], weight: 1, metadata: { category }, position: { file: 'x', line: 1, column: 1 } };
}

function counts(assigned: ReadonlyMap<string, Split>): Record<Split, number> {
  const found = { train: 0, val: 0, test: 0 };
  for (const split of assigned.values()) found[split] += 1;
  return found;
}

function sorted(assigned: ReadonlyMap<string, Split>): readonly (readonly [string, Split])[] {
  return [...assigned].sort(([a], [b]) => (a < b ? -1 : 1));
}
