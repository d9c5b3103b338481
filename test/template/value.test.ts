import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileValue } from '../../src/template/value.ts';
import { scopeOf } from './scope.ts';

test('the strings of a tree are filled in, keys and everything else stay', () => {
  const { value, problems } = compileValue({ '{input}': ['{inputs.n}', 'n={inputs.n}', 7, null, true], deep: { x: '{item}' } });
  assert.deepEqual(problems, []);
  const scope = scopeOf({ inputs: { n: 2 }, item: { a: [1] } });
  assert.deepEqual(value.value(scope), { '{input}': [2, 'n=2', 7, null, true], deep: { x: { a: [1] } } });
});

test('references of all strings are listed, with the place of each string', () => {
  const { value } = compileValue({ a: '{input}', b: ['x', '{memory.k}'] });
  assert.deepEqual(
    value.references.map((reference) => [reference.root, ...reference.path]),
    [['input'], ['memory', 'k']],
  );
  assert.deepEqual(
    value.texts.map((text) => [text.path, text.template.references.length]),
    [
      [['a'], 1],
      [['b', 0], 0],
      [['b', 1], 1],
    ],
  );
});

test('a problem carries the path of its string and the offset in it', () => {
  const { problems } = compileValue({ a: { b: ['ok', 'x {input | uper}'] } });
  assert.deepEqual(
    problems.map(({ code, path, offset }) => ({ code, path, offset })),
    [{ code: 'PC3101', path: ['a', 'b', 1], offset: 11 }],
  );
});

test('raw leaves every string alone, and a key named __proto__ is a key', () => {
  const tree = JSON.parse('{"__proto__": "{input}", "a": "{input}"}');
  assert.deepEqual(compileValue(tree, { raw: true }).value.value(scopeOf()), tree);
  const filled = compileValue(tree).value.value(scopeOf({ input: 'v' }));
  assert.equal(JSON.stringify(filled), '{"__proto__":"v","a":"v"}');
  assert.equal(Object.getPrototypeOf(filled), Object.prototype);
});
