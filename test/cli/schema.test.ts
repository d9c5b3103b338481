import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { packageDir } from '../package/package-dir.ts';
import { shell } from './live.ts';
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

  it('arrives whole through a full pipe that a program before made one that refuses instead of waiting', async () => {
    // Killed, Node does not put back how the pipe behaves.
    const refuse = `"$NODE" -e 'process.stdout.write("["); process.kill(process.pid, "SIGKILL")'`;
    const writers = `${refuse}; promptchain schema; touch first; promptchain schema`;
    const reader = 'until [ -e first ]; do sleep 0.05; done; sleep 0.5; cat';
    const { stdout } = await shell(sandbox, `{ ${writers}; } | { ${reader}; }`).ended;
    const { stdout: once } = await sandbox.run(['schema']);
    assert.ok(2 * once.length > 65_536);
    assert.equal(stdout, `[${once}${once}`);
  });

  it('refuses another word, exit 2', async () => {
    const { code, stdout, stderr } = await sandbox.run(['schema', 'event']);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /events/);
  });
});
