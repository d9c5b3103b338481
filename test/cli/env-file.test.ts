import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readEnvFile } from '../../src/cli/env-file.ts';
import { UsageError } from '../../src/core/errors.ts';

const root = mkdtempSync(join(tmpdir(), 'env-file-'));
after(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;
function folder(files: Readonly<Record<string, string>>): string {
  const cwd = join(root, String(folders++));
  mkdirSync(cwd);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  return cwd;
}

describe('the env file', () => {
  it('fills in what the environment lacks and says which names it gave', async () => {
    const cwd = folder({ '.env': 'OPENAI_API_KEY=from-file\nOTHER="two words"\n' });
    const read = await readEnvFile({ cwd, env: { OPENAI_API_KEY: 'mine' } });
    assert.equal(read.env.OPENAI_API_KEY, 'mine');
    assert.equal(read.env.OTHER, 'two words');
    assert.deepEqual(read.names, ['OTHER']);
    assert.deepEqual(read.warnings, []);
    assert.equal(read.file, join(cwd, '.env'));
  });

  it('leaves a variable alone that is set but empty', async () => {
    const read = await readEnvFile({ cwd: folder({ '.env': 'OPENAI_API_KEY=from-file\n' }), env: { OPENAI_API_KEY: '' } });
    assert.equal(read.env.OPENAI_API_KEY, '');
    assert.deepEqual(read.names, []);
  });

  it('does not write to the environment it was given', async () => {
    const env = Object.freeze({ A: '1' });
    const read = await readEnvFile({ cwd: folder({ '.env': 'B=2\n' }), env });
    assert.deepEqual(env, { A: '1' });
    assert.equal(read.env.B, '2');
  });

  for (const name of [
    'NODE_OPTIONS',
    'NODE_EXTRA_CA_CERTS',
    'PATH',
    'Path',
    'LD_PRELOAD',
    'DYLD_INSERT_LIBRARIES',
    'HOME',
    'BASH_ENV',
    'https_proxy',
    'HTTPS_PROXY',
    'PROMPTCHAIN_HOME',
    'XDG_CONFIG_HOME',
    'GIT_SSH_COMMAND',
    'PYTHONPATH',
  ]) {
    it(`refuses ${name} and says so`, async () => {
      const read = await readEnvFile({ cwd: folder({ '.env': `${name}=x\nFINE=y\n` }), env: {} });
      assert.equal(read.env[name], undefined);
      assert.equal(read.env.FINE, 'y');
      assert.deepEqual(read.names, ['FINE']);
      assert.equal(read.warnings.length, 1);
      assert.match(read.warnings[0] ?? '', new RegExp(`\\b${name}\\b`));
    });
  }

  it('takes the default model, which is a setting of a project', async () => {
    const read = await readEnvFile({ cwd: folder({ '.env': 'PROMPTCHAIN_MODEL=echo/x\n' }), env: {} });
    assert.equal(read.env.PROMPTCHAIN_MODEL, 'echo/x');
  });

  it('is optional unless it is named', async () => {
    const cwd = folder({});
    assert.deepEqual(await readEnvFile({ cwd, env: {} }), { env: {}, names: [], refused: [], warnings: [] });
    await assert.rejects(readEnvFile({ cwd, env: {}, file: 'keys.env' }), (error: unknown) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /keys\.env: there is no such file/);
      return true;
    });
  });

  it('reads the named file instead of .env, relative to the working folder', async () => {
    const cwd = folder({ '.env': 'A=1\n', 'keys.env': 'B=2\n' });
    assert.deepEqual((await readEnvFile({ cwd, env: {}, file: 'keys.env' })).names, ['B']);
  });

  it('reads nothing when told so', async () => {
    assert.deepEqual((await readEnvFile({ cwd: folder({ '.env': 'A=1\n' }), env: {}, file: false })).env, {});
  });

  it('goes on with a warning when .env is a folder', async () => {
    const cwd = folder({});
    mkdirSync(join(cwd, '.env'));
    assert.match((await readEnvFile({ cwd, env: {} })).warnings[0] ?? '', /it is not a file/);
  });

  it('goes on with a warning when .env is in another encoding', async () => {
    const cwd = folder({});
    for (const bytes of [Buffer.from('\ufeffA=1\n', 'utf16le'), Buffer.from([0x41, 0x3d, 0xff])]) {
      writeFileSync(join(cwd, '.env'), bytes);
      const read = await readEnvFile({ cwd, env: {} });
      assert.match(read.warnings[0] ?? '', /it is not UTF-8 text/);
      assert.deepEqual(read.names, []);
      await assert.rejects(readEnvFile({ cwd, env: {}, file: '.env' }), /it is not UTF-8 text/);
    }
  });

  it('knows a byte order mark and Windows line ends', async () => {
    const read = await readEnvFile({ cwd: folder({ '.env': '\ufeffA=1\r\nB=2\r\n' }), env: {} });
    assert.deepEqual([read.env.A, read.env.B], ['1', '2']);
  });

  it('takes a pipe that is named, and does not wait for one that lies about', async () => {
    const cwd = folder({});
    const pipe = join(cwd, '.env');
    execFileSync('mkfifo', [pipe]);
    assert.match((await readEnvFile({ cwd, env: {} })).warnings[0] ?? '', /it is not a file/);
    const writer = spawn('sh', ['-c', 'echo A=1 > "$0"', pipe]);
    assert.equal((await readEnvFile({ cwd, env: {}, file: '.env' })).env.A, '1');
    writer.kill();
  });

  it('goes on with a warning when .env may not be read', { skip: process.getuid?.() === 0 }, async () => {
    const cwd = folder({ '.env': 'A=1\n' });
    chmodSync(join(cwd, '.env'), 0o000);
    assert.match((await readEnvFile({ cwd, env: {} })).warnings[0] ?? '', /permission denied/);
  });

  it('keeps values as they are: no variable in a value is expanded', async () => {
    const read = await readEnvFile({ cwd: folder({ '.env': `A=$HOME-\${HOME}-$(id)\n` }), env: { HOME: '/h' } });
    assert.equal(read.env.A, `$HOME-\${HOME}-$(id)`);
  });
});
