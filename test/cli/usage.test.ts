import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { describe, it } from 'node:test';
import { COMMANDS } from '../../src/cli/commands/index.ts';
import { shell } from './live.ts';
import { openSandbox } from './sandbox.ts';

describe('the command line', () => {
  it('alone says where to start', async () => {
    using sandbox = openSandbox();
    const { code, stdout, stderr } = await sandbox.run([]);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /promptchain init/);
  });

  it('lists every command, examples first', async () => {
    using sandbox = openSandbox();
    for (const flag of ['--help', '-h']) {
      const { code, stdout } = await sandbox.run([flag]);
      assert.equal(code, 0);
      assert.ok(stdout.indexOf('Examples:') < stdout.indexOf('Usage:'));
      for (const { name, summary } of COMMANDS) assert.ok(stdout.includes(`  ${name} `) && stdout.includes(summary));
    }
  });

  it('tells its version', async () => {
    using sandbox = openSandbox();
    for (const flag of ['--version', '-V']) assert.match((await sandbox.run([flag])).stdout, /^\d+\.\d+\.\d+\n$/);
  });

  it('has help for every command and every verb, examples first', async () => {
    using sandbox = openSandbox();
    for (const entry of COMMANDS) {
      const command = await entry.load();
      const names = [[entry.name], ...(command.verbs ?? []).map(({ name }) => [entry.name, name])];
      for (const words of names) {
        const { code, stdout, stderr } = await sandbox.run([...words, '--help']);
        assert.deepEqual([words, code, stderr], [words, 0, '']);
        assert.ok(stdout.indexOf('Examples:') >= 0 && stdout.indexOf('Examples:') < stdout.indexOf('Usage:'), words.join(' '));
      }
    }
  });

  it('names what it does not know and what was meant, with exit code 2', async () => {
    using sandbox = openSandbox();
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['runn', 'a.yaml'], /did you mean "promptchain run"\?/],
      [['memory', 'lst'], /did you mean "promptchain memory list"\?/],
      [['memory'], /needs a verb/],
      [['run', 'a.yaml', '--jsno'], /did you mean --json\?/],
      [['--nonsense'], /no command/],
      [['run'], /missing required argument/],
      [['run', 'a', 'b'], /too many arguments/],
      [['run', 'a.yaml', '--color', 'sometimes'], /auto, always, never/],
      [['run', 'a.yaml', '-q', '-v'], /--quiet and --verbose/],
      [['-C', 'nowhere', 'run', 'a.yaml'], /cannot enter the folder "nowhere"/],
    ];
    for (const [args, message] of cases) {
      const { code, stdout, stderr } = await sandbox.run(args);
      assert.deepEqual([args, code, stdout], [args, 2, '']);
      assert.match(stderr, message);
      assert.match(stderr, /^error\[PC2\d{3}\]: /);
    }
  });

  it('runs a chain file that names it after `#!`', async () => {
    using sandbox = openSandbox({ 'a.yaml': '#!/usr/bin/env -S promptchain run\nmodels: [echo/x]\nsteps: ["{input}"]\n' });
    sandbox.write({ promptchain: '#!/bin/sh\nexec "$NODE" "$BIN" "$@"\n' });
    for (const name of ['a.yaml', 'promptchain']) chmodSync(sandbox.path(name), 0o755);
    const { stdout, stderr } = await shell(sandbox, 'PATH="$PWD:$PATH" ./a.yaml --input hi').ended;
    assert.equal(stdout, 'hi\n', stderr);
  });

  it('takes an empty name for no chain, as an unset variable in a script gives', async () => {
    using sandbox = openSandbox();
    for (const args of [
      ['run', '', '-i', 'x'],
      ['validate', ''],
    ]) {
      const { code, stderr } = await sandbox.run(args);
      assert.equal(code, 2);
      assert.match(stderr, /name of (the|a) chain( file)? is empty/);
    }
  });

  it('takes a chain from stdin', async () => {
    using sandbox = openSandbox();
    const { stdout } = await sandbox.run(['run', '-', '-i', 'hi'], { stdin: 'models: [echo/x]\nsteps: ["{input}"]\n' });
    assert.equal(stdout, 'hi\n');
  });

  it('shows a stack with --debug only', async () => {
    using sandbox = openSandbox();
    assert.doesNotMatch((await sandbox.run(['memory', 'lst'])).stderr, /\n {4}at /);
    assert.match((await sandbox.run(['memory', 'lst', '--debug'])).stderr, /\n {4}at /);
  });
});
