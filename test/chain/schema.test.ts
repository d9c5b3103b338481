import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { KINDS } from '../../src/steps/index.ts';
import { PACKAGE_DIR } from './checking.ts';
import { schemaText } from './schema-text.ts';

test('the schema in the repository is the one the tables give: npm run schema', () => {
  assert.equal(readFileSync(join(PACKAGE_DIR, 'schema/chain.schema.json'), 'utf8'), schemaText());
});

test('every kind of step is in the schema, each with its own key required and others refused', () => {
  const { definitions } = JSON.parse(schemaText());
  for (const { key } of KINDS) {
    const definition = definitions[`${key}_step`];
    assert.deepEqual(definition.required, [key]);
    assert.equal(definition.additionalProperties, false);
    assert.ok(definition.properties.id, key);
  }
});
