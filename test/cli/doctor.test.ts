import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openSandbox } from './sandbox.ts';

const KEY = 'sk-canary-0123456789-wxyz';

describe('promptchain doctor', () => {
  it('tells versions, folders and keys, and of a key the last four characters', async () => {
    using sandbox = openSandbox();
    const { code, stdout, stderr } = await sandbox.run(['doctor'], { env: { OPENAI_API_KEY: KEY } });
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, new RegExp(`^ +promptchain +\\d+\\.\\d+\\.\\d+\\n +node +${process.version.replaceAll('.', '\\.')} `));
    assert.match(stdout, /^ +key +openai: OPENAI_API_KEY …wxyz$/m);
    assert.match(stdout, /\nno problems\n$/);
    assert.doesNotMatch(stdout, /canary|0123/);
  });

  it('prints one object with --json', async () => {
    using sandbox = openSandbox({ '.env': `OPENAI_API_KEY=${KEY}\n` });
    const { code, stdout } = await sandbox.run(['doctor', '--json']);
    const found = JSON.parse(stdout);
    assert.deepEqual([code, found.schema, found.ok, found.problems], [0, 'promptchain.doctor.v1', true, []]);
    assert.deepEqual(found.keys, [{ provider: 'openai', source: 'OPENAI_API_KEY in .env', tail: 'wxyz' }]);
    assert.doesNotMatch(stdout, /canary/);
  });

  it('works where the settings are broken, says where, and exits with 1', async () => {
    using sandbox = openSandbox({ 'promptchain.config.yaml': 'modle: openai/x\n' });
    const { code, stdout, stderr } = await sandbox.run(['doctor']);
    assert.deepEqual([code, stderr], [1, '']);
    assert.match(stdout, /^ +promptchain /);
    assert.match(stdout, /\nproblem: .*promptchain\.config\.yaml:1:1: .*"modle"/);
  });

  it('finds that bash is missing', async () => {
    using sandbox = openSandbox();
    const { code, stdout } = await sandbox.run(['doctor', '--json'], { env: { PATH: sandbox.dir } });
    assert.equal(code, 1);
    assert.match(JSON.parse(stdout).problems.join(), /bash is not found/);
  });
});
