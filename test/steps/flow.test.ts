import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSandbox } from '../cli/sandbox.ts';

const run = async (yaml: string, args: readonly string[] = [], more: Readonly<Record<string, string>> = {}) => {
  using sandbox = openSandbox({ 'c.yaml': yaml, ...more });
  return await sandbox.run(['run', 'c.yaml', '-i', 'one two three', ...args]);
};

test('set names a value and passes the input through; one placeholder keeps its type', async () => {
  const { stdout } = await run(
    'steps:\n  - id: n\n    set: { words: 3, list: [1.5, "{input}"] }\n  - run: cat\noutput: { n: "{steps.n.data.words}", all: "{steps.n.data}", last: "{input}" }\n',
  );
  assert.deepEqual(JSON.parse(stdout), { n: 3, all: { words: 3, list: [1.5, 'one two three'] }, last: 'one two three' });
});

test('stop ends the chain with what the next step would have read, and the run succeeds', async () => {
  const { code, stdout } = await run(
    'steps:\n  - run: tr a-z A-Z\n  - stop: "short enough"\n    if: size(input) < 100\n  - run: exit 9\n',
  );
  assert.equal(stdout, 'ONE TWO THREE\n');
  assert.equal(code, 0);
});

test('a stop whose condition is false changes nothing, in both forms', async () => {
  for (const stop of ['- stop: no\n    if: size(input) > 100', '- stop: { if: size(input) > 100, reason: no }']) {
    const { code, stdout } = await run(`steps:\n  ${stop}\n  - run: cat\n`);
    assert.equal(stdout, 'one two three\n');
    assert.equal(code, 0);
  }
});

test('a stop may give the output, or fail the run', async () => {
  const given = await run('steps:\n  - stop: { reason: enough, output: "instead of {input}" }\n  - run: exit 9\n');
  assert.equal(given.stdout, 'instead of one two three\n');
  const failed = await run('steps:\n  - stop: { reason: "too many: {input}", status: failed }\n');
  assert.equal(failed.code, 1);
  assert.equal(failed.stdout, '');
  assert.match(failed.stderr, /too many: one two three/);
});

test('a stop inside a group ends the whole chain', async () => {
  const { stdout } = await run(
    'steps:\n  - steps:\n      - run: echo inner\n      - stop: done\n      - run: exit 9\n  - run: exit 9\n',
  );
  assert.equal(stdout, 'inner\n');
});

test('a skip says why, with the values it read', async () => {
  const { stderr } = await run(
    'steps:\n  - { id: a, run: echo 2 }\n  - { run: exit 9, if: "int(steps.a.output) > 3 && size(input) < 100" }\n',
  );
  assert.match(stderr, /^2: skipped: int\(steps\.a\.output\) > 3 && size\(input\) < 100 is false \(steps\.a\.output = "2".*\)$/m);
});

test('a skipped group passes its input on, and a text that reads it needs a default', async () => {
  const { code, stdout } = await run(
    'steps:\n  - if: size(input) > 100\n    steps:\n      - id: inner\n        run: echo ran\n  - run: cat\noutput: "{input}/{steps.inner.output | default \'skipped\'}"\n',
  );
  assert.equal(stdout, 'one two three/skipped\n');
  assert.equal(code, 0);
});

test('a condition that cannot be evaluated fails the run and skips nothing', async () => {
  const { code, stdout, stderr } = await run(
    'steps:\n  - id: d\n    set: { a: 1 }\n  - run: echo ran\n    if: steps.d.data.missing > 1\n',
  );
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /missing/);
});

const CHILD =
  'inputs:\n  tone: { type: choice, options: [brief, long], default: brief }\n  n: { type: integer, required: true }\nsteps:\n  - id: secret\n    run: cat\n';

test('a sub-chain gets its inputs, its own scope, and gives its output', async () => {
  const child = `${CHILD}output: "{inputs.tone}/{inputs.n}/{steps.secret.output}"\n`;
  const { stdout } = await run(
    'steps:\n  - id: c\n    chain: ./child.yaml\n    with: { n: 2, tone: long, input: "<{input}>" }\n',
    [],
    { 'child.yaml': child },
  );
  assert.equal(stdout, 'long/2/<one two three>\n');
});

test('what a sub-chain is called with is checked when the file is loaded', async () => {
  const missing = await run('steps:\n  - chain: ./child.yaml\n    with: { ton: long }\n', [], { 'child.yaml': CHILD });
  assert.equal(missing.code, 3);
  assert.match(missing.stderr, /did you mean "tone"/);
  assert.match(missing.stderr, /requires the input "n"/);
  const wrong = await run('steps:\n  - chain: ./child.yaml\n    with: { n: "{input}" }\n', [], { 'child.yaml': CHILD });
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /input "n" must be a whole number, not "one two three"/);
});

test('chains that call each other are refused', async () => {
  const { code, stderr } = await run('steps:\n  - chain: ./child.yaml\n', [], { 'child.yaml': 'steps:\n  - chain: ./c.yaml\n' });
  assert.equal(code, 3);
  assert.match(stderr, /child\.yaml:2:/);
});

test('a step inside a sub-chain may not read the steps around it', async () => {
  const { code, stderr } = await run('steps:\n  - id: outer\n    run: cat\n  - chain: ./child.yaml\n', [], {
    'child.yaml': 'steps:\n  - run: cat\n    stdin: "{steps.outer.output}"\n',
  });
  assert.equal(code, 3);
  assert.match(stderr, /outer/);
});

test('remember sets, appends, merges and increments; a later step of the run reads it', async () => {
  const yaml = `steps:
  - id: s
    run: cat
    remember:
      last: "{steps.s.output}"
      log: { append: "{input}", keep: 2 }
      seen: { merge: { "one": "{input}" } }
      count: { increment: 1 }
  - remember: { alone: "{memory.count}" }
output: "{memory.last} {memory.log} {memory.seen} {memory.count} {memory.alone}"
`;
  using sandbox = openSandbox({ 'c.yaml': yaml });
  const outputs = [];
  for (const input of ['a', 'b', 'c']) outputs.push((await sandbox.run(['run', 'c.yaml', '-i', input])).stdout);
  assert.deepEqual(outputs, ['a ["a"] {"one":"a"} 1 1\n', 'b ["a","b"] {"one":"b"} 2 2\n', 'c ["b","c"] {"one":"c"} 3 3\n']);
});

test('a run that fails leaves memory as it was, unless it commits each step', async () => {
  const yaml = (memory: string) => `${memory}steps:\n  - remember: { k: "{input}" }\n  - run: exit 1\n`;
  using sandbox = openSandbox({
    'late.yaml': yaml(''),
    'early.yaml': yaml('memory: { commit: each_step }\n'),
    'read.yaml': 'allow_empty: true\nsteps:\n  - run: cat\noutput: "{memory.k | default \'none\'}"\n',
  });
  assert.equal((await sandbox.run(['run', 'late.yaml', '-i', 'x'])).code, 1);
  assert.equal((await sandbox.run(['run', 'read.yaml', '-i', 'x'])).stdout, 'none\n');
  assert.equal((await sandbox.run(['run', 'early.yaml', '-i', 'y'])).code, 1);
  assert.equal((await sandbox.run(['run', 'read.yaml', '-i', 'x'])).stdout, 'y\n');
});

test('writing to a value of another kind fails the run and says what is there', async () => {
  using sandbox = openSandbox({
    'a.yaml': 'steps:\n  - remember: { k: text }\n',
    'b.yaml': 'steps:\n  - remember: { k: { append: "{input}" } }\n',
  });
  assert.equal((await sandbox.run(['run', 'a.yaml', '-i', 'x'])).code, 0);
  const { code, stderr } = await sandbox.run(['run', 'b.yaml', '-i', 'x']);
  assert.equal(code, 1);
  assert.match(stderr, /memory key "k" is a string: only a list can be appended to/);
});

test('an empty output is a failure unless the chain allows it', async () => {
  assert.equal((await run('steps:\n  - run: "true"\n')).code, 1);
  const allowed = await run('allow_empty: true\nsteps:\n  - run: "true"\n');
  assert.equal(allowed.code, 0);
  assert.equal(allowed.stdout, '');
});

test('in JSON forms a chain file that is not valid has all of its problems in the error', async () => {
  const yaml = 'steps:\n  - promt: "{input}"\n  - prompt: "{inputs.nobody}"\n';
  for (const flag of ['--json', '--jsonl']) {
    const { code, stdout, stderr } = await run(yaml, [flag]);
    assert.equal(code, 3);
    assert.equal(stderr, '');
    const { result, error } = JSON.parse(stdout) as { result?: { error: Listed }; error?: Listed };
    const listed = (result?.error ?? error)?.problems.map(({ line, column }) => [line, column]);
    assert.deepEqual(listed, [
      [2, 5],
      [3, 22],
    ]);
  }
});

interface Listed {
  readonly problems: readonly { readonly line: number; readonly column: number }[];
}

test('what a chain denies, a chain it calls cannot do either', async () => {
  const child = 'permissions: { allow: [run] }\nsteps:\n  - run: echo ran\n';
  const { code, stdout, stderr } = await run('permissions: { deny: [run] }\nsteps:\n  - chain: ./child.yaml\n', [], {
    'child.yaml': child,
  });
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /PC70\d\d/);
});
