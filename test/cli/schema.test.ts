import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { packageDir } from '../package/package-dir.ts';
import { shell } from './live.ts';
import { openSandbox } from './sandbox.ts';

/** What a pipe takes before its reader has to. */
const PIPE_BYTES = 65_536;

const sandbox = openSandbox();
after(() => sandbox[Symbol.dispose]());

describe('promptchain schema', () => {
  for (const what of ['chain', 'events', 'result', 'evaluation', 'improve', 'lint', 'report', 'config']) {
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
    const { stdout: once } = await sandbox.run(['schema', 'result']);
    // The first one fits into the pipe, whose reader waits for it; all of them do not.
    const times = Math.ceil(PIPE_BYTES / once.length) + 1;
    assert.ok(once.length < PIPE_BYTES);
    const more = Array.from({ length: times - 1 }, () => 'promptchain schema result').join('; ');
    const writers = `${refuse}; promptchain schema result; touch first; ${more}`;
    const reader = 'until [ -e first ]; do sleep 0.05; done; sleep 0.5; cat';
    const { stdout } = await shell(sandbox, `{ ${writers}; } | { ${reader}; }`).ended;
    assert.equal(stdout, `[${once.repeat(times)}`);
  });

  it('refuses another word, exit 2', async () => {
    const { code, stdout, stderr } = await sandbox.run(['schema', 'event']);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /events/);
  });
});
