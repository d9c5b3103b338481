import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from '../../src/lib/nearest.ts';

const words = ['prompt', 'objective', 'run', 'function', 'tool', 'chain', 'parallel'];

test('a slip of the hand is recognised', () => {
  assert.equal(nearest('promt', words), 'prompt');
  assert.equal(nearest('pormpt', words), 'prompt');
  assert.equal(nearest('fucntion', words), 'function');
  assert.equal(nearest('Chain', words), 'chain');
  assert.equal(nearest('rnu', words), 'run');
});

test('a dash for an underscore costs nothing', () => {
  assert.equal(nearest('max-steps', ['max_steps', 'maxsteps']), 'max_steps');
});

test('the closest of several wins, the first of equals', () => {
  assert.equal(nearest('step1', ['step12', 'step1x', 'stepl']), 'step12');
  assert.equal(nearest('draft', ['drafts', 'daft', 'draft']), 'draft');
});

test('what is not close has no suggestion', () => {
  assert.equal(nearest('xyz', words), undefined);
  assert.equal(nearest('', words), undefined);
  assert.equal(nearest('a'.repeat(5000), ['a'.repeat(5001)]), undefined);
  assert.equal(nearest('prompt', []), undefined);
});
