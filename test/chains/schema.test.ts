import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { packageDir } from '../package/package-dir.ts';
import { chainFiles } from './play.ts';

const validate = new Ajv({ strict: false, allErrors: true }).compile(JSON.parse(textOf('schema/chain.schema.json')));

for (const name of chainFiles()) {
  test(`an editor finds nothing to underline in chains/${name}`, () => {
    validate(parse(textOf(`chains/${name}`)));
    assert.deepEqual(validate.errors ?? [], []);
  });
}

test('an editor underlines an unknown key and a value of the wrong kind', () => {
  const problemsOf = (text: string) => {
    validate(parse(text));
    return (validate.errors ?? []).map(({ instancePath }) => instancePath);
  };
  assert.deepEqual(problemsOf('steps: ["Say {input}"]'), []);
  assert.ok(problemsOf('stepz: []\nsteps: ["Say {input}"]').includes(''));
  assert.ok(problemsOf('steps: [{ prompt: x, temperature: hot }]').some((path) => path.startsWith('/steps/0')));
});

function textOf(path: string): string {
  return readFileSync(join(packageDir, path), 'utf8');
}
