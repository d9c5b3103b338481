import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { packageDir } from '../package/package-dir.ts';
import { openSandbox } from './sandbox.ts';

const SERVER = join(packageDir, 'build/test/fake/mcp-server.js');
const DIRECT = ['--', process.execPath, SERVER, 'good', 'cli-mcp-test'];

describe('promptchain mcp', () => {
  const sandbox = openSandbox({
    'chain.yaml': `mcp:\n  fake: { command: ${JSON.stringify(process.execPath)}, args: [${JSON.stringify(SERVER)}, good, cli-mcp-test] }\n  gone: { command: not-a-program-anywhere }\n  bare: { command: x, env: { T: "\${NOT_SET_ANYWHERE}" } }\nsteps:\n  - { tool: fake.echo, with: { text: "{input}" } }\n`,
    'none.yaml': 'steps: ["{input}"]\n',
  });
  after(() => sandbox[Symbol.dispose]());

  it('list names the servers of a chain and starts none, trusted or not', async () => {
    const { code, stdout } = await sandbox.run(['mcp', 'list', 'chain.yaml', '--json'], { env: { PROMPTCHAIN_TRUST: '' } });
    assert.equal(code, 0);
    assert.deepEqual(
      JSON.parse(stdout).map(({ name, transport, missing }: Record<string, unknown>) => [name, transport, missing]),
      [
        ['fake', 'stdio', []],
        ['gone', 'stdio', []],
        ['bare', 'stdio', ['NOT_SET_ANYWHERE']],
      ],
    );
  });

  it('tools, call and check start nothing of a chain that is not trusted', async () => {
    for (const words of [
      ['tools', 'chain.yaml', 'fake'],
      ['call', 'chain.yaml', 'fake.echo'],
      ['check', 'chain.yaml'],
    ]) {
      assert.equal((await sandbox.run(['mcp', ...words], { env: { PROMPTCHAIN_TRUST: '' } })).code, 8);
    }
  });

  it('tools prints a line for each, or the schemas', async () => {
    const { stdout } = await sandbox.run(['mcp', 'tools', 'chain.yaml', 'fake']);
    assert.match(stdout, /^ {2}fake\.echo +does echo$/m);
    const json = JSON.parse((await sandbox.run(['mcp', 'tools', '--json', ...DIRECT])).stdout);
    const echo = json.find(({ name }: { name: string }) => name === 'server.echo');
    assert.equal(echo.parameters.type, 'object');
  });

  it('call prints the result; a tool that fails is exit 1, an unknown one is told', async () => {
    const call = (...words: string[]) => sandbox.run(['mcp', 'call', ...words]);
    assert.deepEqual(await call('chain.yaml', 'fake.echo', 'text=hi there'), { code: 0, stdout: 'hi there\n', stderr: '' });
    assert.equal((await call('echo', '--args', '{"text":"hi"}', ...DIRECT)).stdout, 'hi\n');
    const unknown = await call('chain.yaml', 'fake.ecko');
    assert.deepEqual([unknown.code, unknown.stderr.includes('did you mean "fake.echo"?')], [1, true], unknown.stderr);
    const bare = await call('ecko', ...DIRECT);
    assert.deepEqual([bare.code, bare.stderr.includes('did you mean "echo"?')], [1, true], bare.stderr);
    assert.equal((await call('chain.yaml', 'fake.echo', 'text')).code, 2);
    assert.equal((await call('echo', '--args', '[1]', ...DIRECT)).code, 2);
  });

  it('check tells of each how it went, and fails when one does', async () => {
    const { code, stdout } = await sandbox.run(['mcp', 'check', 'chain.yaml']);
    assert.equal(code, 1);
    assert.match(stdout, /^fake: .*started in/m);
    assert.match(stdout, /^gone: failed after .*not-a-program-anywhere/m);
    assert.match(stdout, /^bare: failed after .*"NOT_SET_ANYWHERE"/m);
    assert.equal((await sandbox.run(['mcp', 'check', 'chain.yaml', 'fake'])).code, 0);
  });

  it('says what is missing: a place, a server, a tool', async () => {
    for (const words of [
      ['tools'],
      ['tools', 'none.yaml'],
      ['tools', 'chain.yaml', 'nope'],
      ['call', 'chain.yaml'],
      ['tools', '--url', 'ftp:x'],
    ]) {
      assert.equal((await sandbox.run(['mcp', ...words])).code, 2, words.join(' '));
    }
  });
});
