import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explain } from '../../src/cli/explain.ts';
import { exitOf } from '../../src/cli/leave.ts';
import { ChainError, Failure, Interrupted, LimitError, ModelError, UsageError } from '../../src/core/errors.ts';
import type { Problem } from '../../src/core/problem.ts';
import { PLAIN } from '../../src/terminal/paint.ts';
import { openSandbox } from '../cli/sandbox.ts';

const options = { paint: PLAIN, cwd: '/home/me', debug: false };

describe('an error on stderr', () => {
  it('is its code, its sentence and last its help', () => {
    assert.equal(
      explain(new UsageError('no such thing', { help: 'look here\nand there' }), options),
      'error[PC2001]: no such thing\n   = help: look here\n           and there\n',
    );
  });

  it('is every problem of a file, after the first 20 on a line each', () => {
    const problems = Array.from(
      { length: 23 },
      (_, index): Problem => ({
        code: 'PC1102',
        severity: 'error',
        message: `problem ${index + 1}`,
        position: { file: '/home/me/a.yaml', line: index + 1, column: 1 },
      }),
    );
    const text = explain(new ChainError(problems, new Map([['/home/me/a.yaml', 'x\n'.repeat(30)]])), options);
    assert.equal(text.match(/^error\[PC1102\]/gm)?.length, 20);
    assert.match(text, /\nand 3 more:\n {2}.*a\.yaml:21:1 PC1102 problem 21\n.*:22:1 .*\n.*:23:1 PC1102 problem 23\n$/);
  });

  it('has no stack, and with debug the stack and every cause', () => {
    const error = new Failure('outer', { code: 'PC5001', reason: 'server', cause: new TypeError('inner') });
    assert.doesNotMatch(explain(error, options), /at |inner/);
    assert.match(explain(error, { ...options, debug: true }), /at .*caused by: TypeError: inner.*error\[PC5001\]: outer\n$/s);
  });

  it('that is not ours is called a bug, without control sequences', () => {
    const text = explain(new TypeError('x\u001b[2Jy'), options);
    assert.match(text, /^error\[PC0001\]: xy\n.*bug in promptchain/);
  });

  it('of a step shows where it came from with --debug', async () => {
    using sandbox = openSandbox({ 'a.yaml': 'steps:\n  - run: exit 3\n' });
    assert.doesNotMatch((await sandbox.run(['run', 'a.yaml', '-i', 'x', '-v'])).stderr, /\n {4}at /);
    assert.match((await sandbox.run(['run', 'a.yaml', '-i', 'x', '--debug'])).stderr, /\n {4}at /);
  });
});

it('the exit code follows the class and the reason of an error', () => {
  const model = (reason: ModelError['reason']) => new ModelError('x', { code: 'PC5001', reason, provider: 'openai' });
  const cases: readonly (readonly [unknown, number])[] = [
    [new UsageError('x'), 2],
    [new ChainError([], new Map()), 3],
    [model('auth'), 4],
    [model('quota'), 1],
    [model('bad_request'), 1],
    [model('rate_limit'), 7],
    [model('overloaded'), 7],
    [model('timeout'), 7],
    [model('network'), 7],
    [new LimitError('x', { code: 'PC9001' }), 6],
    [new Interrupted('SIGINT'), 130],
    [new Interrupted('SIGTERM'), 143],
    [new Interrupted('SIGHUP'), 129],
    [new Interrupted('SIGPIPE'), 141],
    [new TypeError('x'), 1],
  ];
  for (const [error, code] of cases) assert.equal(exitOf(error), code, String(error));
});
