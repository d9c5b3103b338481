import assert from 'node:assert/strict';
import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, it } from 'node:test';
import { openSandbox } from './sandbox.ts';

const UNTIDY = 'model:   echo/x # quick\nsteps:\n- "Say: {input}"\n-   prompt: |\n        {input}\n         again\n';
const TIDY = 'model: echo/x # quick\nsteps:\n  - "Say: {input}"\n  - prompt: |\n      {input}\n       again\n';

describe('promptchain fmt', () => {
  it('lays a file out, says so on stderr, and leaves nothing beside it', async () => {
    using sandbox = openSandbox({ 'chain.yaml': UNTIDY });
    chmodSync(sandbox.path('chain.yaml'), 0o640);
    assert.deepEqual(await sandbox.run(['fmt', 'chain.yaml']), { code: 0, stdout: '', stderr: 'formatted chain.yaml\n' });
    assert.equal(readFileSync(sandbox.path('chain.yaml'), 'utf8'), TIDY);
    assert.equal(statSync(sandbox.path('chain.yaml')).mode & 0o777, 0o640);
    assert.deepEqual(readdirSync(sandbox.dir), ['chain.yaml']);
  });

  it('does not write a file that is laid out', async () => {
    using sandbox = openSandbox({ 'chain.yaml': TIDY });
    const before = statSync(sandbox.path('chain.yaml')).ino;
    assert.deepEqual(await sandbox.run(['fmt', 'chain.yaml']), { code: 0, stdout: '', stderr: '' });
    assert.equal(statSync(sandbox.path('chain.yaml')).ino, before);
  });

  it('with --check names the files that would change, exit 1, and writes nothing', async () => {
    using sandbox = openSandbox({ 'a.yaml': UNTIDY, 'b.yaml': TIDY });
    assert.deepEqual(await sandbox.run(['fmt', '--check', 'a.yaml', 'b.yaml']), { code: 1, stdout: 'a.yaml\n', stderr: '' });
    assert.equal((await sandbox.run(['fmt', '--check', 'b.yaml'])).code, 0);
    assert.equal(readFileSync(sandbox.path('a.yaml'), 'utf8'), UNTIDY);
  });

  it('with --diff prints what would change, for patch', async () => {
    using sandbox = openSandbox({ 'chain.yaml': UNTIDY });
    const { code, stdout, stderr } = await sandbox.run(['fmt', '--diff', 'chain.yaml']);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(
      stdout,
      /^--- chain\.yaml\n\+\+\+ chain\.yaml\n@@ -1,6 \+1,6 @@\n-model: {3}echo\/x # quick\n\+model: echo\/x # quick\n/,
    );
    assert.equal(readFileSync(sandbox.path('chain.yaml'), 'utf8'), UNTIDY);
    assert.equal((await sandbox.run(['fmt', '--diff', '--check', 'chain.yaml'])).code, 1);
  });

  it('goes from stdin to stdout', async () => {
    using sandbox = openSandbox();
    assert.deepEqual(await sandbox.run(['fmt', '-'], { stdin: UNTIDY }), { code: 0, stdout: TIDY, stderr: '' });
  });

  it('shows why a file that is not YAML is left alone, exit 3, and goes on with the others', async () => {
    using sandbox = openSandbox({ 'bad.yaml': 'steps:\n  - "open\n', 'good.yaml': UNTIDY });
    const { code, stderr } = await sandbox.run(['fmt', 'bad.yaml', 'good.yaml']);
    assert.equal(code, 3);
    assert.match(stderr, /^error\[PC1005\].*\n.*bad\.yaml:\d+:\d+/);
    assert.equal(readFileSync(sandbox.path('bad.yaml'), 'utf8'), 'steps:\n  - "open\n');
    assert.equal(readFileSync(sandbox.path('good.yaml'), 'utf8'), TIDY);
  });

  it('lays out a file with other mistakes all the same', async () => {
    using sandbox = openSandbox();
    const { code, stdout } = await sandbox.run(['fmt', '-'], { stdin: 'steps:\n- promt:  "{input}"\n' });
    assert.deepEqual([code, stdout], [0, 'steps:\n  - promt: "{input}"\n']);
  });

  it('leaves alone what it cannot lay out safely, and says so', async () => {
    using sandbox = openSandbox({ 'chain.yaml': '? steps\n: - "{input}"\n' });
    const { code, stderr } = await sandbox.run(['fmt', 'chain.yaml']);
    assert.equal(code, 0);
    assert.match(stderr, /chain\.yaml is left as it is/);
    assert.equal(readFileSync(sandbox.path('chain.yaml'), 'utf8'), '? steps\n: - "{input}"\n');
  });
});
