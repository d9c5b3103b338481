import assert from 'node:assert/strict';
import { test } from 'node:test';
import { told } from './checking.ts';

test('a placeholder in the parameter of a technique is an error: nothing would fill it in', () => {
  const chain = (technique: string) => `steps: [{prompt: "{input}", techniques: ["${technique}"]}]\n`;
  assert.deepEqual(told(chain('role_playing:{inputs.role}')), [
    'PC1315 1:42 the parameter of a technique is fixed: "{inputs.role}" would reach the model as it is',
  ]);
  assert.deepEqual(told(chain('role_playing:author of {braces}')), []);
});
