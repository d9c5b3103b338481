import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultAtEachCall } from './memory-faults.ts';
import { temporaryFolder } from './temporary.ts';

test('killed at any call that changes files, a commit is there whole or not at all', async (t) => {
  const { calls, undone } = await faultAtEachCall(temporaryFolder(t), 'SIGKILL', 'small');
  assert.ok(undone > 0 && undone < calls);
});

test('a disk that is full at any call is told, changes nothing and leaves nothing', async (t) => {
  const { calls, undone } = await faultAtEachCall(temporaryFolder(t), 'ENOSPC', 'full');
  assert.ok(undone > 0 && undone < calls);
});
