import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { type Live, start } from '../../cli/live.ts';
import { openSandbox, type Sandbox } from '../../cli/sandbox.ts';
import { startFakeProvider } from '../../fake/provider.ts';
import { packageDir } from '../../package/package-dir.ts';
import { chainOf, TEST_KEY, within } from '../serving.ts';
import { connect } from './client.ts';

const BIN = join(packageDir, 'bin/promptchain.js');

test('promptchain mcp serve speaks MCP on stdin and stdout', async () => {
  await using fake = await startFakeProvider();
  using sandbox = openSandbox({ 'one.yaml': chainOf('one') });
  const env = environment(sandbox, fake.openaiUrl);
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [BIN, 'mcp', 'serve', 'one.yaml'],
    cwd: sandbox.dir,
    env,
    stderr: 'pipe',
  });
  await using connected = await connect(transport);
  const { tools } = await connected.client.listTools();
  assert.deepEqual(
    tools.map(({ name }) => name),
    ['one'],
  );
  const result = await connected.client.callTool({ name: 'one', arguments: { input: 'hello' } });
  assert.deepEqual(result.content, [{ type: 'text', text: '[gpt-4.1-mini] Say: hello' }]);

  const own = ['--', process.execPath, BIN, 'mcp', 'serve', '--trust', sandbox.path('set.yaml')];
  sandbox.write({ 'set.yaml': 'name: set\nsteps:\n  - { run: "cat", stdin: "from within" }\n' });
  const called = await sandbox.run(['mcp', 'call', 'set', ...own]);
  assert.deepEqual([called.stdout, called.code], ['from within\n', 0], called.stderr);
});

test('it ends with its stdin and on SIGTERM, the runs that go on with it; stdout holds messages alone', async () => {
  await using fake = await startFakeProvider({ fallback: { stall: 'mid' } });
  using sandbox = openSandbox({ 'one.yaml': chainOf('one') });
  for (const [index, end] of [(live: Live) => live.child.stdin?.end(), (live: Live) => live.child.kill('SIGTERM')].entries()) {
    const live = start(sandbox, ['mcp', 'serve', 'one.yaml', '-v'], { env: environment(sandbox, fake.openaiUrl) });
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
    live.child.stdin?.write('this is no message\n');
    say(live, { id: 1, method: 'initialize', params });
    say(live, { method: 'notifications/initialized' });
    say(live, { id: 2, method: 'tools/call', params: { name: 'one', arguments: { input: 'x' } } });
    await within(fake.received(index + 1), 'the model is not asked');
    end(live);
    const { code, stdout, stderr } = await within(live.ended, 'the server does not end');
    assert.equal(code, 0, stderr);
    await within(fake.abandoned(index + 1), 'the call goes on');
    assert.match(stderr, /not a message/);
    const messages = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { jsonrpc: string });
    assert.ok(messages.every(({ jsonrpc }) => jsonrpc === '2.0'));
  }
  const { stdout } = await sandbox.run(['runs', 'list', '--json']);
  assert.deepEqual(
    (JSON.parse(stdout) as { status: string }[]).map(({ status }) => status),
    ['interrupted', 'interrupted'],
  );
});

function say({ child }: Live, message: object): void {
  child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}

function environment(sandbox: Sandbox, url: string): Record<string, string> {
  const home = join(sandbox.dir, '../home');
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    PROMPTCHAIN_HOME: join(home, 'promptchain'),
    PROMPTCHAIN_TRUST: 'always',
    OPENAI_BASE_URL: url,
    OPENAI_API_KEY: TEST_KEY,
  };
}
