import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { packageDir } from '../package/package-dir.ts';
import { openSandbox } from './sandbox.ts';

const ECHO = 'models: [echo/x]\nsteps: ["{input}"]\n';

const CASES: readonly (readonly [args: readonly string[], said: RegExp])[] = [
  [
    ['run', 'a.yaml', '-i', 'x', '-o', 'nowhere/out.txt'],
    /cannot write "\S*nowhere\/out\.txt": there is no such file or folder$/,
  ],
  [['run', 'a.yaml', '-i', 'x', '-o', '.'], /cannot write "\S+": it is a folder$/],
  [['run', 'a.yaml', '-i', 'x', '--log-file', 'nowhere/log'], /cannot write "nowhere\/log": there is no such file or folder$/],
  [['run', 'a.yaml', '--input-file', 'a.yaml/x'], /cannot read "a\.yaml\/x": a part of its path is not a folder$/],
  [['run', 'a.yaml', '-i', 'x', '-C', 'nowhere'], /cannot enter the folder "nowhere": there is no such file or folder$/],
  [['memory', 'import', 'nowhere.json'], /cannot read "nowhere\.json": there is no such file or folder$/],
  [['init', 'a.yaml'], /cannot write \S+a\.yaml\/chain\.yaml: it exists already$/],
];

describe('a file that cannot be used', () => {
  for (const [args, said] of CASES) {
    it(`is named with the reason: ${args.join(' ')}`, async () => {
      using sandbox = openSandbox({ 'a.yaml': ECHO });
      const { code, stderr } = await sandbox.run(args);
      assert.equal(code, 2, stderr);
      assert.match(stderr.split('\n')[0] ?? '', said);
    });
  }

  // There a folder that exists says of a new one in it that it does not, and Node's `recursive` asks without end.
  it('is no reason to hang', { skip: !existsSync('/proc/self') }, () => {
    using sandbox = openSandbox({ 'a.yaml': ECHO });
    for (const args of [
      ['run', 'a.yaml', '-i', 'x'],
      ['init', '/proc/nowhere'],
    ]) {
      const env = { PATH: process.env.PATH, PROMPTCHAIN_HOME: '/proc/nowhere' };
      const options = { cwd: sandbox.dir, env, timeout: 20_000, killSignal: 'SIGKILL' } as const;
      const { signal } = spawnSync(process.execPath, [join(packageDir, 'bin/promptchain.js'), ...args], options);
      assert.equal(signal, null, args.join(' '));
    }
  });
});
