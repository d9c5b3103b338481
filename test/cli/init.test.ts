import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { openSandbox } from './sandbox.ts';

const FILES = ['chain.yaml', '.env.example', '.promptchain/chain.schema.json'];

describe('promptchain init', () => {
  it('writes a chain, .env.example and the schema for an editor, and names them on stdout', async () => {
    using sandbox = openSandbox();
    const { code, stdout, stderr } = await sandbox.run(['init']);
    assert.deepEqual([code, stdout], [0, `${FILES.join('\n')}\n`]);
    for (const file of FILES) assert.ok(existsSync(sandbox.path(file)), file);
    assert.match(stderr, /promptchain run chain\.yaml/);
    const [first = ''] = readFileSync(sandbox.path('chain.yaml'), 'utf8').split('\n');
    assert.equal(first, `# yaml-language-server: $schema=${FILES[2]}`);
  });

  it('writes a chain that is valid without a warning', async () => {
    using sandbox = openSandbox();
    await sandbox.run(['init']);
    const checked = await sandbox.run(['validate', '--strict', 'chain.yaml']);
    assert.deepEqual(checked, { code: 0, stdout: 'chain.yaml: valid\n', stderr: '' });
  });

  it('writes a chain that runs without a key', async () => {
    using sandbox = openSandbox();
    await sandbox.run(['init']);
    // A server of models that happens to run on this machine would be taken by auto: ports where nothing listens.
    const env = { OLLAMA_HOST: 'http://127.0.0.1:9', LMSTUDIO_BASE_URL: 'http://127.0.0.1:9/v1' };
    const text =
      'The harbour opened in 1901. It was rebuilt after the storm of 1953. Today it serves forty boats. A museum stands beside it.';
    const { code, stdout, stderr } = await sandbox.run(['run', 'chain.yaml', '--input', text], { env });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /harbour/);
    assert.match(stderr, /not a language model/);
  });

  it('writes a case that passes without a key, and says how to run it', async () => {
    using sandbox = openSandbox();
    const { stderr: next } = await sandbox.run(['init']);
    assert.match(next, /\n {2}promptchain test chain\.yaml\n/);
    const env = { OLLAMA_HOST: 'http://127.0.0.1:9', LMSTUDIO_BASE_URL: 'http://127.0.0.1:9/v1' };
    const { code, stdout } = await sandbox.run(['test', 'chain.yaml'], { env });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^pass {2}1\.00 {2}harbour .*\n1 of 1 case passed/);
  });

  it('writes what `promptchain schema` prints', async () => {
    using sandbox = openSandbox();
    await sandbox.run(['init']);
    const { stdout } = await sandbox.run(['schema']);
    assert.equal(readFileSync(sandbox.path('.promptchain/chain.schema.json'), 'utf8'), stdout);
  });

  it('makes the folder it is given', async () => {
    using sandbox = openSandbox();
    const { code, stdout, stderr } = await sandbox.run(['init', 'new folder/chains']);
    assert.deepEqual([code, stdout.split('\n')[0]], [0, 'new folder/chains/chain.yaml']);
    assert.match(stderr, /cd 'new folder\/chains'/);
  });

  it('never replaces a chain: exit 2, nothing written', async () => {
    using sandbox = openSandbox({ 'chain.yaml': 'mine' });
    const { code, stdout, stderr } = await sandbox.run(['init']);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /chain\.yaml exists already/);
    assert.equal(readFileSync(sandbox.path('chain.yaml'), 'utf8'), 'mine');
    assert.deepEqual(readdirSync(sandbox.dir), ['chain.yaml']);
  });

  it('keeps an .env.example that is there, and says so', async () => {
    using sandbox = openSandbox({ '.env.example': 'MINE=\n' });
    const { code, stderr } = await sandbox.run(['init']);
    assert.equal(code, 0);
    assert.match(stderr, /kept \.env\.example/);
    assert.equal(readFileSync(sandbox.path('.env.example'), 'utf8'), 'MINE=\n');
  });

  it('fails with a sentence when the folder cannot be', async () => {
    using sandbox = openSandbox({ taken: 'a file' });
    const { code, stderr } = await sandbox.run(['init', 'taken']);
    assert.equal(code, 2);
    assert.match(stderr, /^error\[PC2102\]: cannot write /);
  });

  it('writes an example of .env without a value', async () => {
    using sandbox = openSandbox();
    await sandbox.run(['init']);
    const lines = readFileSync(sandbox.path('.env.example'), 'utf8').split('\n');
    for (const line of lines) assert.match(line, /^(#.*|[A-Z_]+=)?$/);
  });
});
