import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawsOf, hashText, mix, scramble, uniform } from '../../src/lib/counted-random.ts';

test('hashes and draws are those of the definition', () => {
  assert.equal(mix(1, 2, 3), 331199049);
  assert.equal(scramble(1), 1364076727);
  assert.equal(hashText('abc'), 482950588);
  assert.equal(uniform(7, 8).toFixed(9), '0.704478784');
  const draws = drawsOf(5, 6);
  assert.deepEqual(
    [draws.next(), draws.next(), draws.next()].map((value) => value.toFixed(9)),
    ['0.234152890', '0.369260680', '0.320613248'],
  );
  assert.equal(
    drawsOf(9)
      .shuffled([...'abcdef'])
      .join(''),
    'dacbfe',
  );
});

test('a draw depends on its own key alone', () => {
  const first = drawsOf(1, 2);
  const second = drawsOf(1, 3);
  const alternating = [first.next(), second.next(), first.next(), second.next()];
  const again = drawsOf(1, 2);
  assert.deepEqual([alternating[0], alternating[2]], [again.next(), again.next()]);
  assert.notEqual(alternating[0], alternating[1]);
});
