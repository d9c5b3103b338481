import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Interrupted } from '../../src/core/errors.ts';
import type { ServerSpec } from '../../src/core/tool.ts';
import { packageDir } from '../package/package-dir.ts';
import { left, newMarker, open, openFake, watchdogs } from './mcp-world.ts';

const HOST = fileURLToPath(new URL('./mcp-host.js', import.meta.url));

/** Polls: nothing tells when the processes of a killed program are gone. */
async function gone(look: () => readonly string[], withinMs: number): Promise<number> {
  const start = performance.now();
  while (look().length > 0) {
    if (performance.now() - start > withinMs) assert.fail(`still there after ${withinMs} ms:\n${look().join('\n')}`);
    await delay(20);
  }
  return Math.round(performance.now() - start);
}

async function startHost(mode: string, marker: string): Promise<{ readonly host: ChildProcess; readonly pid: string }> {
  const host = spawn(process.execPath, [HOST, mode, marker], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH },
  });
  const [chunk] = (await once(host.stdout, 'data')) as [Buffer];
  return { host, pid: chunk.toString().trim() };
}

const dogOf = (pid: string) => watchdogs().filter((line) => line.trim().endsWith(` ${pid}`));

for (const mode of ['good', 'stubborn', 'grandchild', 'runaway', 'flood']) {
  test(`${mode}: close leaves nothing, within seconds`, async (t) => {
    const marker = newMarker();
    const fake = await openFake(mode, {}, marker);
    const { text: pid } = await fake.call('pid');
    assert.ok(left(marker).length >= (mode === 'grandchild' || mode === 'runaway' ? 2 : 1));
    assert.equal(dogOf(pid).length, 1);
    const start = performance.now();
    await fake.server.close();
    t.diagnostic(`closed in ${Math.round(performance.now() - start)} ms`);
    assert.deepEqual([...left(marker), ...dogOf(pid)], []);
    await fake[Symbol.asyncDispose]();
  });

  // An orphan in a session of its own cannot be told from any other process by whoever comes later.
  for (const signal of mode === 'runaway' ? (['SIGINT'] as const) : (['SIGINT', 'SIGKILL'] as const)) {
    test(`${mode}: ${signal} of the program that opened it leaves nothing`, async (t) => {
      const marker = newMarker();
      const { host, pid } = await startHost(mode, marker);
      host.kill(signal);
      await once(host, 'exit');
      t.diagnostic(`all gone ${await gone(() => left(marker), 10_000)} ms after the program`);
      await gone(() => dogOf(pid), 5_000);
    });
  }
}

test('when someone stops the run, a server that ignores everything is ended sooner', async (t) => {
  const marker = newMarker();
  const run = new AbortController();
  const fake = await openFake('stubborn', { signal: run.signal }, marker);
  const start = performance.now();
  run.abort(new Interrupted('SIGINT'));
  await fake.server.close();
  t.diagnostic(`closed in ${Math.round(performance.now() - start)} ms`);
  assert.deepEqual(left(marker), []);
});

test('a server under npx is called, and nothing of npx, its shell and the server is left', async (t) => {
  const marker = newMarker();
  const args = ['--no-install', 'mcp-server-everything', 'stdio', marker];
  const spec: ServerSpec = { name: 's', transport: 'stdio', command: 'npx', args, env: {}, cwd: packageDir };
  const it = await open(spec, marker);
  assert.equal((await it.call('echo', { message: 'hi' })).text, 'Echo: hi');
  t.diagnostic(`${left(marker).length} processes`);
  const start = performance.now();
  await it.server.close();
  t.diagnostic(`closed in ${Math.round(performance.now() - start)} ms`);
  assert.deepEqual(left(marker), []);
});

test('a server that dies leaves no process it started', async () => {
  const marker = newMarker();
  await using fake = await openFake('grandchild', {}, marker);
  await assert.rejects(fake.call('die'), { code: 'PC7013' });
  await gone(() => left(marker), 5_000);
});

test('10 MB on stderr before it answers do not stop it; the last lines are kept', async () => {
  await using fake = await openFake('flood');
  assert.equal((await fake.call('echo', { text: 'hi' })).text, 'hi');
  await gone(
    () =>
      fake.server
        .lastLines()
        .slice(-1)
        .filter((line) => !line.startsWith('99999 eee')),
    10_000,
  );
  assert.equal(fake.server.lastLines().length, 20);
  assert.ok(fake.logged.length <= 1_000);
});

for (const megabytes of [8, 50]) {
  test(`a result of ${megabytes} MB comes through, cut`, async (t) => {
    await using fake = await openFake('good');
    const start = performance.now();
    const { text, isError } = await fake.call('big', { bytes: megabytes * 1_000_000 });
    t.diagnostic(`${Math.round(performance.now() - start)} ms, ${Math.round(process.memoryUsage.rss() / 1e6)} MB of memory`);
    assert.deepEqual([text.length, isError], [100_000, false]);
    assert.ok(text.endsWith(`[cut here: the result has ${megabytes * 1_000_000} characters]`));
    assert.equal((await fake.call('echo', { text: 'hi' })).text, 'hi');
  });
}

test('a result of 80 MB ends the server with a sentence, and the next call finds another', async () => {
  await using fake = await openFake('good');
  await assert.rejects(fake.call('big', { bytes: 80_000_000 }), { code: 'PC7014', message: /more than 64 MiB/ });
  assert.equal((await fake.call('echo', { text: 'hi' })).text, 'hi');
});

test('a server that only chatters on stdout is ended with a sentence', async () => {
  const marker = newMarker();
  const use = async (mode: string) => {
    await using fake = await openFake(mode, {}, marker);
    await fake.call('hang');
  };
  await assert.rejects(use('endless-noise'), { code: 'PC7014', message: /1000 lines to stdout that are no messages/ });
  await assert.rejects(use('endless-line'), { code: 'PC7014', message: /more than 64 MiB/ });
  await gone(() => left(marker), 5_000);
});
