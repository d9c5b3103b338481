import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RunResult } from '../../src/core/run.ts';
import { packageDir } from '../package/package-dir.ts';
import { left, newMarker } from '../tools/mcp-world.ts';
import { postJson, type Serving, serve, within } from './serving.ts';

const FAKE = join(packageDir, 'build/test/fake/mcp-server.js');

/** A chain that makes one call to a server. */
function calling(name: string, tool: string, command: string, args: readonly string[]): string {
  return `name: ${name}\nmcp: { srv: ${JSON.stringify({ command, args })} }\nsteps:\n  - tool: srv.${tool}\n`;
}

async function call(server: Serving, name: string): Promise<RunResult> {
  return (await (await postJson(`${server.url}/chains/${name}/runs`, { stream: false })).json()) as RunResult;
}

test('a server of a chain stays up from run to run, also when one is aborted, and leaves nothing', async () => {
  const marker = newMarker();
  const args = [FAKE, 'good', marker];
  await using server = await serve({
    files: {
      'pid.yaml': calling('pid', 'pid', process.execPath, args),
      'hang.yaml': calling('hang', 'hang', process.execPath, args),
    },
    args: ['--verbose'],
  });
  const first = await call(server, 'pid');
  assert.equal(first.status, 'success', JSON.stringify(first));
  assert.equal((await call(server, 'pid')).output, first.output);

  const leave = new AbortController();
  postJson(`${server.url}/chains/hang/runs`, { stream: false }, {}, leave.signal).catch(() => undefined);
  await within(server.live.saw('stderr', 'hanging'), 'the call is not made', server.stderr);
  leave.abort();
  await within(server.live.saw('stderr', 'hang interrupted'), 'the run does not end', server.stderr);
  assert.equal((await call(server, 'pid')).output, first.output);
  assert.ok(left(marker).length > 0);
  await server.stop();
  assert.deepEqual(left(marker), []);
});

test('a server that dies is there again for the next run, as often as it takes', async () => {
  const args = [FAKE, 'good', newMarker()];
  await using server = await serve({
    files: { 'pid.yaml': calling('pid', 'pid', process.execPath, args) },
  });
  const seen = new Set<unknown>();
  for (let time = 0; time < 4; time += 1) {
    const output = await within(firstSuccess(server), `no success after ${time} deaths`, server.stderr);
    seen.add(output);
    process.kill(Number(output), 'SIGKILL');
  }
  assert.equal(seen.size, 4);
});

/** A run that begins before the death is known may fail. */
async function firstSuccess(server: Serving): Promise<unknown> {
  for (;;) {
    const { status, output } = await call(server, 'pid');
    if (status === 'success') return output;
  }
}

test('a server that could not start is started for the next run', async () => {
  await using server = await serve({
    files: { 'late.yaml': calling('late', 'pid', './late.sh', []), 'late.sh': '#!/bin/sh\necho no >&2\nexit 1\n' },
  });
  chmodSync(server.sandbox.path('late.sh'), 0o755);
  assert.equal((await call(server, 'late')).status, 'failed');
  writeFileSync(server.sandbox.path('late.sh'), `#!/bin/sh\nexec "${process.execPath}" "${FAKE}" good late\n`);
  const mended = await call(server, 'late');
  assert.equal(mended.status, 'success', JSON.stringify(mended.error));
});
