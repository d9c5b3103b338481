import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chainFields } from '../../src/chain/top-level.ts';
import type { Fields } from '../../src/lib/fields.ts';
import { KINDS } from '../../src/steps/index.ts';
import { stepOptions } from '../../src/steps/options.ts';

// A file is checked by the keys it has, so a key that had to be there, or had a default, would not be missed.
const TABLES: readonly (readonly [name: string, table: Fields, required?: string])[] = [
  ['the chain', chainFields],
  ['every step', stepOptions],
  ...KINDS.map((kind) => [kind.key, kind.options, kind.key] as const),
];

for (const [name, table, required] of TABLES) {
  test(`${name}: every key may be left out but the one that names the kind`, () => {
    for (const key of table.keys) {
      const absent = table.schema(key)?.safeParse(undefined);
      if (key === required) continue;
      assert.deepEqual(absent, { success: true, data: undefined }, key);
    }
  });
}
