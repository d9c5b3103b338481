import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHandover } from '../../src/lib/handover.ts';

test('whoever gives waits until the value was taken, and is told when nobody takes any more', async () => {
  const { give, values } = createHandover<number>();
  const given = [give(1)];
  for await (const value of values) {
    assert.equal(value, given.length);
    if (value === 2) break;
    given.push(give(2));
  }
  // The second value was in the hands of a reader that left with it.
  assert.deepEqual(await Promise.all(given), [true, false]);
  assert.equal(await give(3), false);
});
