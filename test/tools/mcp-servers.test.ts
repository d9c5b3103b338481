import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import type { ServerSpec } from '../../src/core/tool.ts';
import { problemsOf } from '../../src/lib/json-schema.ts';
import { commandOf, freePort, left, newMarker, open, temporaryFolder } from './mcp-world.ts';

const EVERYTHING = '@modelcontextprotocol/server-everything';

function stdio(packageName: string, args: readonly string[], env = {}): ServerSpec {
  return { name: 's', transport: 'stdio', command: process.execPath, args: [commandOf(packageName), ...args], env, cwd: '/' };
}

/** server-everything on a port of its own, until the test ends. */
async function everythingOverHttp(kind: 'streamableHttp' | 'sse'): Promise<{ readonly port: number } & AsyncDisposable> {
  const port = await freePort();
  const child = spawn(process.execPath, [commandOf(EVERYTHING), kind], {
    env: { PATH: process.env.PATH, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  for await (const line of createInterface({ input: child.stderr })) if (line.includes(`port ${port}`)) break;
  child.stderr.resume();
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

test('server-everything over stdio: twenty calls, structured content, an image, and nothing left', async () => {
  const marker = newMarker();
  {
    await using it = await open(stdio(EVERYTHING, ['stdio', marker]), marker);
    assert.ok(it.server.tools.length >= 8, it.server.tools.map(({ name }) => name).join(' '));
    for (let call = 0; call < 20; call++) {
      assert.equal((await it.call('echo', { message: `m${call}` })).text, `Echo: m${call}`);
    }
    assert.match((await it.call('get-sum', { a: 2, b: 3 })).text, /\b5\b/);
    assert.match((await it.call('get-tiny-image')).text, /\[image: image\/png, \d+ bytes\]/);
    assert.deepEqual(problemsOf(it.tool('s.get-sum').parameters, { a: 'no', b: 3 }), ['"a" must be number']);
    const structured = await it.call('get-structured-content', { location: 'New York' });
    assert.equal(typeof structured.data, 'object');
  }
  assert.deepEqual(left(marker), []);
});

for (const [kind, path, transport] of [
  ['streamableHttp', 'mcp', 'http'],
  ['sse', 'sse', 'sse'],
] as const) {
  test(`server-everything over ${kind}: twenty calls`, async () => {
    await using http = await everythingOverHttp(kind);
    const url = `http://127.0.0.1:${http.port}/${path}`;
    await using it = await open({ name: 's', transport, url, headers: {} }, newMarker());
    for (let call = 0; call < 20; call++) {
      assert.equal((await it.call('echo', { message: `m${call}` })).text, `Echo: m${call}`);
    }
  });
}

test('server-filesystem reads inside its folder, and what it refuses is a result', async () => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, 'note.txt'), 'remember the milk');
  await using it = await open(stdio('@modelcontextprotocol/server-filesystem', [folder.path]), newMarker(), {
    roots: [folder.path],
  });
  const read = await it.call('read_text_file', { path: join(folder.path, 'note.txt') });
  assert.deepEqual([read.text, read.isError], ['remember the milk', false]);
  assert.equal((await it.call('read_text_file', { path: '/etc/passwd' })).isError, true);
  assert.equal(it.tool('s.read_text_file').effect, 'none');
});

test('server-memory keeps what it is told', async () => {
  using folder = temporaryFolder();
  const env = { MEMORY_FILE_PATH: join(folder.path, 'memory.jsonl') };
  await using it = await open(stdio('@modelcontextprotocol/server-memory', [], env), newMarker());
  const entities = [{ name: 'Ada', entityType: 'person', observations: ['writes programs'] }];
  await it.server.call('create_entities', { entities }, { signal: new AbortController().signal });
  assert.match((await it.call('search_nodes', { query: 'Ada' })).text, /writes programs/);
});
