import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openSandbox } from '../cli/sandbox.ts';

const run = (yaml: string, more: Readonly<Record<string, string>> = {}) => {
  const sandbox = openSandbox({ 'c.yaml': yaml, ...more });
  return { sandbox, go: (...args: string[]) => sandbox.run(['run', 'c.yaml', ...args]) };
};

/** A process that ended but that nobody has asked about yet (a zombie) is not running. */
function isRunning(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  if (existsSync('/proc/self/stat')) return existsSync(stat) && !/\) Z /.test(readFileSync(stat, 'utf8'));
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('a command gets its input on stdin and in $INPUT; its output loses one newline', async () => {
  const { sandbox, go } = run('steps:\n  - run: \'printf "%s|" "$(cat)"; echo "$INPUT"\'\n');
  using _ = sandbox;
  const { code, stdout } = await go('-i', 'a b');
  assert.equal(stdout, 'a b|a b\n');
  assert.equal(code, 0);
});

test('what looks like a shell attack is data, on stdin, in $INPUT and in env', async () => {
  const attack = '"; touch pwned; $(touch pwned) `touch pwned` \' && touch pwned #';
  const { sandbox, go } = run('steps:\n  - run: \'cat; printf "|%s|%s" "$INPUT" "$GIVEN"\'\n    env: { GIVEN: "{input}" }\n');
  using _ = sandbox;
  const { code, stdout } = await go('-i', attack);
  assert.equal(stdout, `${attack}|${attack}|${attack}\n`);
  assert.equal(code, 0);
  assert.equal(existsSync(sandbox.path('pwned')), false);
});

test('a list is a program and its arguments, without a shell', async () => {
  const { sandbox, go } = run('steps:\n  - run: [echo, "$INPUT", "a  b"]\n');
  using _ = sandbox;
  assert.equal((await go('-i', 'x')).stdout, '$INPUT a  b\n');
});

test('a command that fails names its exit code and shows its last words', async () => {
  const { sandbox, go } = run('steps:\n  - run: "echo about to break >&2; exit 3"\n');
  using _ = sandbox;
  const { code, stdout, stderr } = await go('-i', 'x');
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /PC7101.*exit code 3/);
  assert.match(stderr, /about to break/);
});

test('the shell stops at the first failure, in a pipe too, and at an unset variable', async () => {
  for (const script of ['false; echo on', 'false | cat; echo on', 'echo "$UNSET_VARIABLE"; echo on']) {
    const { sandbox, go } = run(`steps:\n  - run: '${script}'\n`);
    using _ = sandbox;
    const { code, stdout } = await go('-i', 'x');
    assert.equal(code, 1, script);
    assert.doesNotMatch(stdout, /on/);
  }
});

test('a program that does not exist is named', async () => {
  const { sandbox, go } = run('steps:\n  - run: [no-such-program-here]\n');
  using _ = sandbox;
  const { code, stderr } = await go('-i', 'x');
  assert.equal(code, 1);
  assert.match(stderr, /PC7102.*no-such-program-here/);
});

test('parse: json gives data, and refuses what is not JSON', async () => {
  const yaml = (script: string) =>
    `steps:\n  - id: a\n    run: '${script}'\n    parse: json\n  - set: "{steps.a.data.n}"\noutput: "{steps.a.data.n}"\n`;
  const good = run(yaml('echo "{\\"n\\": 3}"'));
  using _ = good.sandbox;
  assert.equal((await good.go('-i', 'x')).stdout, '3\n');
  const bad = run(yaml('echo nonsense'));
  using __ = bad.sandbox;
  const { code, stderr } = await bad.go('-i', 'x');
  assert.equal(code, 1);
  assert.match(stderr, /PC7105/);
});

test('an input too long for a variable reaches the command on stdin alone', async () => {
  const { sandbox, go } = run('steps:\n  - run: \'wc -c; echo "${INPUT-unset}"\'\n', { 'big.txt': 'x'.repeat(300_000) });
  using _ = sandbox;
  const { stdout } = await go('--input-file', 'big.txt');
  assert.match(stdout, /^\s*300000\nunset\n$/);
});

test('output that is not UTF-8 is refused', async () => {
  const { sandbox, go } = run('steps:\n  - run: \'printf "\\\\377\\\\376"\'\n');
  using _ = sandbox;
  const { code, stderr } = await go('-i', 'x');
  assert.equal(code, 1);
  assert.match(stderr, /PC7104/);
});

test('a timeout ends the command and everything it started', async () => {
  const { sandbox, go } = run('steps:\n  - run: "sleep 300 & echo $! > child.pid; sleep 300"\n    timeout: 500ms\n');
  using _ = sandbox;
  const { code, stderr } = await go('-i', 'x');
  assert.equal(code, 7);
  assert.match(stderr, /PC6101.*0\.5 s/);
  const pid = Number(readFileSync(sandbox.path('child.pid'), 'utf8'));
  assert.equal(isRunning(pid), false);
});

test('retry runs a failing command again, as often as it says', async () => {
  const { sandbox, go } = run('steps:\n  - run: "echo x >> tries; test $(wc -l < tries) -ge 3 && echo done"\n    retry: 3\n');
  using _ = sandbox;
  const { code, stdout } = await go('-i', 'x');
  assert.equal(stdout, 'done\n');
  assert.equal(code, 0);
  const given = run('steps:\n  - run: "echo x >> tries; exit 1"\n    retry: 2\n');
  using __ = given.sandbox;
  assert.equal((await given.go('-i', 'x')).code, 1);
  assert.equal(readFileSync(given.sandbox.path('tries'), 'utf8'), 'x\nx\n');
});

test('on_error: continue goes on with the input of the failed step', async () => {
  const { sandbox, go } = run(
    'steps:\n  - id: a\n    run: exit 1\n    on_error: continue\n  - run: cat\n    env: { WHY: "{steps.a.status}" }\n  - run: \'printf "%s " "$(cat)"; echo "$S"\'\n    env: { S: "{steps.a.status}" }\n',
  );
  using _ = sandbox;
  const { code, stdout } = await go('-i', 'kept');
  assert.equal(stdout, 'kept failed\n');
  assert.equal(code, 0);
});

test('it runs in the folder of the chain, or in cwd below it', async () => {
  const { sandbox } = run('steps:\n  - run: ls\n    cwd: sub\n', { 'sub/marker.txt': '' });
  using _ = sandbox;
  const { stdout } = await sandbox.run(['run', '../c.yaml', '-i', 'x'], { cwd: 'sub' });
  assert.equal(stdout, 'marker.txt\n');
});

test('the start-up files of the shell are not read', async () => {
  const { sandbox } = run('steps:\n  - run: cat\n', { 'home/.bashrc': 'echo from bashrc; touch "$HOME/read"\n' });
  using _ = sandbox;
  const { stdout, stderr } = await sandbox.run(['run', 'c.yaml', '-i', 'x'], { env: { HOME: sandbox.path('home') } });
  assert.equal(stdout, 'x\n');
  assert.doesNotMatch(stderr, /bashrc/);
  assert.equal(existsSync(sandbox.path('home/read')), false);
});

test('a null byte reaches a command on stdin, and is refused where a program cannot be given one', async () => {
  const { sandbox, go } = run('steps:\n  - run: wc -c\n  - { run: cat, env: { TEXT: "{inputs.text}" } }\ninputs: { text: {} }\n');
  using _ = sandbox;
  const { code, stderr } = await go('-i', 'x', '--vars', '{"text": "a\\u0000b"}');
  assert.match(stderr, /error\[PC7106\]: the variable TEXT would hold a null byte/);
  assert.equal(code, 1);
});
