import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { lanesOf } from '../../../src/cli/optimize/report/lanes.ts';

/** Each candidate made from an earlier one, by a number that is taken modulo how many there are. */
const trees = fc.array(fc.tuple(fc.nat(1000), fc.integer({ min: 1, max: 9 })), { minLength: 1, maxLength: 40 }).map((draws) => {
  let spent = 0;
  return draws.map(([draw, more], id) => {
    spent += more;
    return { id, parents: id === 0 ? [] : [draw % id], spent };
  });
});

it('in the drawing of a lineage no line runs through a candidate it has nothing to do with', () => {
  fc.assert(
    fc.property(trees, fc.nat(1000), (candidates, draw) => {
      const best = draw % candidates.length;
      const lanes = lanesOf(candidates, best);
      for (const { id, parents, spent } of candidates) {
        const parent = candidates[parents[0] ?? -1];
        if (parent === undefined) continue;
        const between = candidates.filter(
          (other) => lanes.get(other.id) === lanes.get(id) && other.spent > parent.spent && other.spent < spent,
        );
        assert.deepEqual(between, [], `from ${parent.id} to ${id}`);
      }
      for (let at: number | undefined = best; at !== undefined; at = candidates[at]?.parents[0]) assert.equal(lanes.get(at), 0);
    }),
  );
});
