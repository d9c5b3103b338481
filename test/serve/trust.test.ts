import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import OpenAI from 'openai';
import { openSandbox } from '../cli/sandbox.ts';
import { packageDir } from '../package/package-dir.ts';
import { chatWith } from './chat/client.ts';
import { connect, overHttp } from './mcp/client.ts';
import { clientOf } from './openai/client.ts';
import { chainOf, postJson, type Serving, serve, within } from './serving.ts';

const CHANGED = /the files of the chain have changed since the server began/;
const UNTRUSTED = { PROMPTCHAIN_TRUST: '' };

const GOOD = 'export const shout = (text) => text.toUpperCase();\n';
const BAD = "import { writeFileSync } from 'node:fs';\nexport const shout = () => writeFileSync('ran.txt', 'x');\n";
const FILES = {
  'loud.yaml': 'name: loud\nsteps:\n  - function: "./shout.mjs#shout"\n',
  'shout.mjs': GOOD,
  'script.yaml': 'name: script\nsteps:\n  - run: sh ./greet.sh\n    stdin: ""\n',
  'greet.sh': 'echo hello\n',
  'plain.yaml': chainOf('plain'),
};

async function ask(server: Serving, chain = 'loud', more: object = {}): Promise<{ status: number; body: Told }> {
  const response = await postJson(`${server.url}/chains/${chain}/runs`, { input: 'x', stream: false, ...more });
  return { status: response.status, body: (await response.json()) as Told };
}

interface Told {
  readonly output?: unknown;
  readonly error?: { readonly code: string; readonly message: string; readonly help?: string } | null;
}

function assertNothingRan(server: Serving): void {
  assert.ok(!existsSync(server.sandbox.path('ran.txt')), 'the changed file has run');
}

test('a run of files that have changed since they were trusted is refused, however it is asked for', async () => {
  await using server = await serve({ files: FILES, env: UNTRUSTED, args: ['--trust'] });
  assert.equal((await ask(server)).body.output, 'X');
  await using tools = await overHttp(server);
  using chat = await chatWith(server.url, 'loud');
  const before = (await (await fetch(`${server.url}/runs`)).json()) as { runs: unknown[] };

  server.sandbox.write({ 'shout.mjs': BAD });
  for (const more of [{}, { stream: true }, { background: true }]) {
    const { status, body } = await ask(server, 'loud', more);
    assert.deepEqual([status, body.error?.code, body.error?.help], [503, 'PC7075', 'start the server again']);
    assert.match(body.error?.message ?? '', CHANGED);
  }

  const question = { model: 'loud', messages: [{ role: 'user' as const, content: 'x' }] };
  for (const stream of [false, true]) {
    await assert.rejects(
      async () => clientOf(server, { maxRetries: 2 }).chat.completions.create({ ...question, stream }),
      (error: unknown) => {
        assert.ok(error instanceof OpenAI.InternalServerError);
        assert.deepEqual([error.status, error.code, error.type], [503, 'PC7075', 'server_error']);
        assert.match(error.message, CHANGED);
        return true;
      },
    );
  }
  await assert.rejects(async () => clientOf(server).responses.create({ model: 'loud', input: 'x' }), { status: 503 });

  chat.send({ type: 'message', text: 'x' });
  const { error, run_id } = await chat.next('turn.failed');
  assert.deepEqual([run_id, error.code, error.help], [null, 'PC7075', 'start the server again']);
  assert.match(error.message, CHANGED);

  const result = await tools.client.callTool({ name: 'loud', arguments: { input: 'x' } });
  assert.equal(result.isError, true);
  assert.match(JSON.stringify(result.content), CHANGED);

  assertNothingRan(server);
  assert.deepEqual(await (await fetch(`${server.url}/runs`)).json(), before);
  assert.equal(server.stderr().split('warning[PC7075]').length - 1, 1, server.stderr());
  assert.match(server.stderr(), /warning\[PC7075\]: loud is not run: [^\n]*promptchain trust loud\.yaml/);
  const asked = server.stderr().split('POST /v1/chat/completions').length - 1;
  assert.equal(asked, 2, 'the client is told not to ask again');

  assert.equal((await ask(server, 'plain')).status, 200);
  server.sandbox.write({ 'shout.mjs': GOOD });
  assert.equal((await ask(server)).body.output, 'X');
});

test('a script that a command names counts too, and what is trusted anew runs', async () => {
  await using server = await serve({ files: FILES, env: UNTRUSTED, args: ['--trust'] });
  assert.equal((await ask(server, 'script', { input: undefined })).body.output, 'hello');
  server.sandbox.write({ 'greet.sh': 'echo bye\n' });
  assert.equal((await ask(server, 'script', { input: undefined })).status, 503);
  assert.equal((await ask(server)).status, 200);
  const { code, stderr } = await server.sandbox.run(['trust', 'script.yaml'], { env: UNTRUSTED });
  assert.equal(code, 0, stderr);
  assert.equal((await ask(server, 'script', { input: undefined })).body.output, 'bye');
  await server.sandbox.run(['trust', '--forget', 'script.yaml'], { env: UNTRUSTED });
  assert.equal((await ask(server, 'script', { input: undefined })).status, 503);
});

test('files may change where the folder is trusted, or everything is', async () => {
  using sandbox = openSandbox(FILES);
  assert.equal((await sandbox.run(['trust', '.'], { env: UNTRUSTED })).code, 0);
  for (const env of [UNTRUSTED, { PROMPTCHAIN_TRUST: 'always' }]) {
    await using server = await serve({ files: FILES, sandbox, env });
    server.sandbox.write({ 'greet.sh': 'echo bye\n' });
    assert.equal((await ask(server, 'script', { input: undefined })).body.output, 'bye');
    if (env === UNTRUSTED) await sandbox.run(['trust', '--forget', '.'], { env });
  }
});

test('an MCP server on stdio refuses the call', async () => {
  using sandbox = openSandbox(FILES);
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [join(packageDir, 'bin/promptchain.js'), 'mcp', 'serve', '--trust', 'loud.yaml'],
    cwd: sandbox.dir,
    env: { PATH: process.env.PATH ?? '', HOME: sandbox.dir, PROMPTCHAIN_HOME: sandbox.path('home') },
    stderr: 'ignore',
  });
  await using connected = await within(connect(transport), 'the server does not answer');
  const call = () => connected.client.callTool({ name: 'loud', arguments: { input: 'x' } });
  assert.deepEqual((await call()).content, [{ type: 'text', text: 'X' }]);
  sandbox.write({ 'shout.mjs': BAD });
  const refused = await call();
  assert.equal(refused.isError, true);
  assert.match(JSON.stringify(refused.content), CHANGED);
  assert.ok(!existsSync(sandbox.path('ran.txt')));
});
