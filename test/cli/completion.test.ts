import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { COMMANDS } from '../../src/cli/commands/index.ts';
import { openSandbox } from './sandbox.ts';

describe('completion in bash', () => {
  let script = '';
  before(async () => {
    using sandbox = openSandbox();
    const { code, stdout, stderr } = await sandbox.run(['completion', 'bash']);
    assert.deepEqual([code, stderr], [0, '']);
    script = stdout;
  });

  /** What bash offers for the last of the words, as its own machinery asks the function. */
  function offered(...words: readonly string[]): readonly string[] {
    using sandbox = openSandbox({ 'chain.yaml': '', 'script.sh': '' });
    writeFileSync(
      sandbox.path('script.sh'),
      `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _promptchain; printf '%s\\n' "\${COMPREPLY[@]}"\n`,
    );
    const args = ['--noprofile', '--norc', 'script.sh', 'promptchain', ...words];
    const printed = execFileSync('bash', args, { cwd: sandbox.dir, encoding: 'utf8', env: { PATH: process.env.PATH } });
    return printed.split('\n').filter((line) => line !== '');
  }

  it('offers every command', () => {
    assert.deepEqual(
      offered(''),
      COMMANDS.map(({ name }) => name),
    );
    assert.deepEqual(offered('val'), ['validate']);
  });

  it('offers verbs, and the options of a verb', () => {
    assert.ok(offered('memory', '').includes('export'));
    assert.deepEqual(offered('runs', 're'), ['resume']);
    assert.deepEqual(offered('runs', 'resume', '--rep'), ['--repeat']);
  });

  it('offers the options of a command and those of all, wherever the command stands', () => {
    assert.deepEqual(offered('run', '--dry'), ['--dry-run']);
    assert.deepEqual(offered('-q', 'run', 'chain.yaml', '--verb'), ['--verbose']);
  });

  it('offers the choices of an option', () => {
    assert.deepEqual(offered('validate', '--format', ''), ['text', 'json', 'sarif', 'github']);
    assert.deepEqual(offered('run', '--color', 'a'), ['auto', 'always']);
    assert.deepEqual(offered('completion', 'po'), ['powershell']);
  });

  it('leaves files to the shell', () => {
    assert.deepEqual(offered('run', ''), []);
    assert.deepEqual(offered('run', '--input-file', ''), []);
    assert.match(script, /^complete -o bashdefault -o default -F _promptchain promptchain$/m);
  });
});

describe('completion for other shells', () => {
  for (const [shell, pattern] of [
    ['zsh', /^#compdef promptchain\n/],
    ['fish', /^complete -c promptchain .* -l dry-run /m],
    ['powershell', /Register-ArgumentCompleter -Native -CommandName promptchain/],
  ] as const) {
    it(`is a script for ${shell} with every command`, async () => {
      using sandbox = openSandbox({ '.env': 'PROMPTCHAIN_X=\xff', 'promptchain.config.yaml': ': broken' });
      const { code, stdout, stderr } = await sandbox.run(['completion', shell]);
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, pattern);
      for (const { name } of COMMANDS) assert.match(stdout, new RegExp(`' ?${name}[':]`));
    });
  }

  it('is refused for a shell it does not know', async () => {
    using sandbox = openSandbox();
    const { code, stderr } = await sandbox.run(['completion', 'tcsh']);
    assert.equal(code, 2);
    assert.match(stderr, /bash, zsh, fish, powershell/);
  });
});
