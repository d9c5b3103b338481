import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { packageDir } from '../package/package-dir.ts';
import { openSandbox } from './sandbox.ts';

const sandbox = openSandbox();
after(() => sandbox[Symbol.dispose]());

describe('promptchain schema', () => {
  for (const what of ['chain', 'events', 'result', 'config']) {
    it(`prints the schema of ${what}, and nothing else`, async () => {
      const { code, stdout, stderr } = await sandbox.run(['schema', what]);
      assert.deepEqual([code, stderr], [0, '']);
      assert.equal(JSON.parse(stdout).$schema, 'http://json-schema.org/draft-07/schema#');
    });
  }

  it('is that of a chain without an argument: the one in the package', async () => {
    const { stdout } = await sandbox.run(['schema']);
    assert.deepEqual(JSON.parse(stdout), JSON.parse(readFileSync(join(packageDir, 'schema/chain.schema.json'), 'utf8')));
  });

  it('refuses another word, exit 2', async () => {
    const { code, stdout, stderr } = await sandbox.run(['schema', 'event']);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /events/);
  });
});
