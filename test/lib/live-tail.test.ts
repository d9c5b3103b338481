import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLiveTail } from '../../src/lib/live-tail.ts';

test('a reader gets what comes after it began, in order, and then the end', async () => {
  const tail = createLiveTail<number>(10);
  tail.publish(1);
  const follower = tail.follow(new AbortController().signal);
  tail.publish(2);
  tail.publish(3);
  assert.deepEqual(await follower.next(), { values: [2, 3], missed: false });
  const waiting = follower.next();
  tail.publish(4);
  assert.deepEqual(await waiting, { values: [4], missed: false });
  tail.publish(5);
  tail.end();
  assert.deepEqual(await follower.next(), { values: [5], missed: false });
  assert.equal(await follower.next(), undefined);
});

test('a reader that falls behind is told so, and holds no more than it may', async () => {
  const tail = createLiveTail<number>(2);
  const [slow, quick] = [tail.follow(new AbortController().signal), tail.follow(new AbortController().signal)];
  for (const value of [1, 2, 3]) {
    tail.publish(value);
    assert.deepEqual(await quick.next(), { values: [value], missed: false });
  }
  assert.deepEqual(await slow.next(), { values: [3], missed: true });
  tail.publish(4);
  assert.deepEqual(await slow.next(), { values: [4], missed: false });
});

test('a reader that leaves waits no longer', async () => {
  const leave = new AbortController();
  const follower = createLiveTail<number>(2).follow(leave.signal);
  const waiting = follower.next();
  leave.abort();
  assert.equal(await waiting, undefined);
});
