import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/core/json.ts';
import { problemsOf } from '../../src/lib/json-schema.ts';

const WRONG: readonly JsonObject[] = [
  { type: 'strnig' },
  { type: 'integer', exclusiveMinimum: true },
  { $ref: 'https://example.com/nowhere' },
  { type: 'string', pattern: '(' },
];

for (const wrong of WRONG) {
  test(`what stands beside ${JSON.stringify(wrong)} is checked all the same`, () => {
    const properties = { wrong, n: { type: 'integer' } };
    const schema = { type: 'object', properties, required: ['wrong'], additionalProperties: false };
    assert.deepEqual(problemsOf(schema, { wrong: 1, n: 2 }), []);
    assert.deepEqual(problemsOf(schema, { wrong: 1, n: 'two' }), ['"n" must be integer']);
    assert.match(problemsOf(schema, { n: 2, more: 3 }).join(), /required property 'wrong'.*additional properties/);
  });
}

test('a schema of which nothing can be read accepts everything', () => {
  assert.deepEqual(problemsOf({ type: 5, required: 'a', properties: [] }, { a: 1 }), []);
});
