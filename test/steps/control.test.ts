import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openSandbox } from '../cli/sandbox.ts';

const run = async (yaml: string, args: readonly string[] = [], files: Readonly<Record<string, string>> = {}) => {
  using sandbox = openSandbox({ 'c.yaml': yaml, ...files });
  return await sandbox.run(['run', 'c.yaml', '-i', 'one two three', ...args]);
};

const problemsOf = async (yaml: string): Promise<string[]> => {
  using sandbox = openSandbox({ 'c.yaml': yaml });
  const { stdout } = await sandbox.run(['validate', 'c.yaml', '--format', 'json']);
  const { problems } = (JSON.parse(stdout) as { files: { problems: Record<string, string>[] }[] }).files[0] ?? { problems: [] };
  return problems.map(({ code, line, message }) => `${code} ${line} ${message}`);
};

/** The events of a run, without deltas, as `type path`. */
const told = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>)
    .map((event) => `${event.type} ${event.step ?? ''}`.trim());

test('branches get the input of the group and are joined as a map, in the order of the file', async () => {
  const { stdout, code } = await run(
    'steps:\n  - id: both\n    parallel:\n      loud: { run: "sleep 0.2; tr a-z A-Z" }\n      size: [{ run: wc -w, parse: json }, { run: cat }]\n  - run: cat\noutput: { all: "{steps.both.data}", text: "{input}" }\n',
  );
  assert.equal(code, 0);
  const all = { loud: 'ONE TWO THREE', size: '3' };
  assert.deepEqual(JSON.parse(stdout), { all, text: JSON.stringify(all) });
});

test('steps in branches have the branch in their paths, and can be read once the branches are joined', async () => {
  const yaml =
    'steps:\n  - id: p\n    parallel:\n      a: { run: echo 1 }\n      b: [{ id: inner, run: echo 2 }, { run: cat }]\n  - set: "{steps.inner.output}"\noutput: "{steps.inner.output}"\n';
  const { stdout } = await run(yaml, ['--json']);
  const result = JSON.parse(stdout) as { output: string; steps: { path: string }[] };
  assert.equal(result.output, '2');
  assert.deepEqual(result.steps.map(({ path }) => path).sort(), ['2', 'p', 'p/a', 'p/b/2', 'p/b/inner']);
});

test('the first branch that fails ends the others, and the step', async () => {
  const { code, stderr, stdout } = await run(
    'steps:\n  - id: p\n    parallel:\n      bad: { run: exit 4 }\n      slow: { run: "sleep 60" }\n',
    ['--json'],
  );
  assert.equal(code, 1, stderr);
  const { error, steps } = JSON.parse(stdout) as {
    error: { step: string };
    steps: { path: string; error: { reason: string } }[];
  };
  assert.equal(error.step, 'p/bad');
  assert.equal(steps.find(({ path }) => path === 'p/slow')?.error.reason, 'cancelled');
});

test('the error of a loop names the step that failed, in its item or turn', async () => {
  const inner = 'run: \'[ "$INPUT" != 2 ]\'';
  const cases = {
    [`steps:\n  - { id: f, foreach: [1, 2, 3], ${inner} }\n`]: 'f[1]',
    [`steps:\n  - id: p\n    parallel:\n      a: { foreach: [1, 2], steps: [{ id: in, ${inner} }] }\n`]: 'p/a[1]/in',
    'steps:\n  - id: r\n    repeat: { max: 2 }\n    steps: [{ id: in, run: exit 3 }]\n': 'r[0]/in',
  };
  for (const [yaml, path] of Object.entries(cases)) {
    const { stdout } = await run(yaml, ['--json']);
    assert.equal((JSON.parse(stdout) as { error: { step: string } }).error.step, path);
  }
});

test('on_error: continue lets the other branches go on, and leaves null in place of the failed one', async () => {
  const { code, stdout } = await run(
    'steps:\n  - id: p\n    on_error: continue\n    parallel:\n      bad: { run: exit 4 }\n      good: { run: echo fine }\noutput: "{steps.p.data | default \'none\'}"\n',
  );
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), { bad: null, good: 'fine' });
});

test('branches run together, as many as concurrency and -j allow', async () => {
  // A branch ends when so many are under way as WAIT says, and tells how many it found beside itself when it began.
  const branch = (name: string, wait: number) =>
    `{ timeout: 20s, env: { NAME: ${name}, WAIT: ${wait} }, run: 'ls on | wc -l; touch "on/$NAME" "was/$NAME"; until [ "$(ls was | wc -l)" -ge "$WAIT" ]; do sleep 0.01; done; rm "on/$NAME"' }`;
  const chain = (wait: number, more = '') =>
    `steps:\n  - parallel:\n      a: ${branch('a', wait)}\n      b: ${branch('b', wait)}\n      c: ${branch('c', wait)}\n${more}`;
  const play = async (yaml: string, ...args: string[]) => {
    using sandbox = openSandbox({ 'c.yaml': yaml, 'on/': '', 'was/': '' });
    const { stdout, stderr } = await sandbox.run(['run', 'c.yaml', '-i', 'x', ...args]);
    assert.notEqual(stdout, '', stderr);
    return Object.values(JSON.parse(stdout) as Record<string, string>).map((text) => Number(text));
  };
  // Each waits for the others: one after the other they would never end.
  await play(chain(3));
  assert.deepEqual(await play(chain(1), '-j', '1'), [0, 0, 0]);
  assert.deepEqual(await play(chain(1, '    concurrency: 1\n')), [0, 0, 0]);
});

test('foreach runs the step for each item and keeps the order, however long each takes', async () => {
  const { stdout, code } = await run(
    'steps:\n  - id: words\n    run: tr " " "\\n"\n    parse: lines\n  - id: each\n    foreach: steps.words.data\n    concurrency: 3\n    run: \'[ "$ITEM" = one ] && sleep 0.3; printf %s "$ITEM" | wc -c\'\n  - run: cat\n',
  );
  assert.equal(code, 0);
  assert.equal(stdout, '["3","3","5"]\n');
});

test('foreach: a list in the file, item and index, the data of each, and nothing for an empty list', async () => {
  const yaml = (list: string) =>
    `model: echo/x\nsteps:\n  - id: each\n    foreach: ${list}\n    steps:\n      - "{index}:{item.name} {input}"\noutput: "{steps.each.data}"\n`;
  const { stdout } = await run(yaml('[{ name: "{input}" }, { name: b }]'));
  assert.deepEqual(JSON.parse(stdout), ['0:one two three {"name":"one two three"}', '1:b {"name":"b"}']);
  assert.equal((await run(yaml('[]'))).stdout, '[]\n');
});

test('foreach: on_error: continue is about each item', async () => {
  const { stdout, stderr } = await run(
    'steps:\n  - id: each\n    foreach: [1, 2, 3]\n    on_error: continue\n    run: test "$ITEM" != 2 && echo "$ITEM"\n  - run: cat\n',
  );
  assert.equal(stdout, '["1",null,"3"]\n');
  assert.match(stderr, /^each\[1\]: failed: .*\(the run goes on\)$/m);
});

test('foreach over what is no list fails the run and names what it got', async () => {
  const { code, stderr } = await run('steps:\n  - id: v\n    set: { a: text }\n  - foreach: steps.v.data.a\n    run: cat\n');
  assert.equal(code, 1);
  assert.match(stderr, /must give a list, and gave "text"/);
});

test('repeat feeds each output to the next turn until the condition holds', async () => {
  const { stdout, stderr } = await run(
    'steps:\n  - id: grow\n    repeat: { max: 9, until: size(loop.output) >= 16 }\n    run: \'cat; printf "%s" "+"\'\n',
    ['-v'],
  );
  assert.equal(stdout, 'one two three+++\n');
  assert.match(stderr, /grow\[2\]: done/);
  assert.doesNotMatch(stderr, /grow\[3\]/);
});

test('repeat: the steps inside read the turn before, the condition what they gave', async () => {
  const { stdout } = await run(
    'model: echo/x\nsteps:\n  - id: fix\n    repeat: { max: 3, until: steps.review.data.n >= 2 }\n    steps:\n      - id: draft\n        prompt: "turn {loop.turn}/{loop.max} after {loop.previous.draft.output | default \'nothing\'}"\n      - id: review\n        set: { n: "{loop.turn}" }\n',
  );
  assert.equal(stdout, 'turn 2/3 after turn 1/3 after nothing\n');
});

test('repeat: while is looked at before a turn; without a condition max turns are made', async () => {
  const none = await run('steps:\n  - repeat: { max: 5, while: size(loop.output) > 100 }\n    run: echo no\n');
  assert.equal(none.stdout, 'one two three\n');
  const all = await run("steps:\n  - repeat: { max: 3 }\n    run: 'cat; printf .'\n");
  assert.equal(all.stdout, 'one two three...\n');
});

test('repeat: max turns without the condition is exit 5, unless on_max goes on', async () => {
  const yaml = (more: string) =>
    `steps:\n  - id: r\n    repeat: { max: 2, until: input == "never"${more} }\n    run: 'cat; printf .'\n`;
  const failed = await run(yaml(''));
  assert.equal(failed.code, 5);
  assert.match(failed.stderr, /error\[PC9205\]: "r" took 2 turns, the most it may, and input == "never" does not hold/);
  const { code, stdout } = await run(yaml(', on_max: continue'));
  assert.equal(code, 0);
  assert.equal(stdout, 'one two three..\n');
});

test('switch runs the case of the value, else the default', async () => {
  const yaml =
    'inputs: { tone: { type: choice, options: [brief, long], default: brief }, n: { type: integer, default: 1 } }\nmodel: echo/x\nsteps:\n  - switch: inputs.tone\n    cases:\n      brief: "B {input}"\n      long: ["L {input}", "{input}!"]\n  - switch: inputs.n\n    cases: { 1: "one {input}" }\n    default: { steps: ["other {input}"] }\n';
  assert.equal((await run(yaml)).stdout, 'one B one two three\n');
  assert.equal((await run(yaml, ['--var', 'tone=long', '--var', 'n=7'])).stdout, 'other L one two three!\n');
});

test('switch: the cases are checked against the values there can be', async () => {
  const chain = (cases: string) =>
    `inputs: { tone: { type: choice, options: [brief, long] } }\nmodel: echo/x\nsteps:\n  - switch: inputs.tone\n    cases: ${cases}\n`;
  assert.deepEqual(await problemsOf(chain('{ brief: "{input}" }')), ['PC1406 5 no case for "long"']);
  assert.deepEqual(await problemsOf(chain('{ brief: "{input}", lang: "{input}", long: "{input}" }')), [
    'PC1406 5 inputs.tone is never "lang"',
  ]);
  assert.deepEqual(await problemsOf('model: echo/x\nsteps:\n  - switch: input\n    cases: { a: "{input}" }\n'), [
    'PC1406 3 input may be something that no case names',
  ]);
});

test('a stop in a branch, an item, a turn or a case ends the whole chain', async () => {
  const places = [
    'parallel: { a: [{ stop: enough, output: out }, { run: exit 9 }], b: { run: sleep 60 } }',
    'foreach: [1, 2]\n    stop: enough\n    output: out',
    'repeat: { max: 3 }\n    steps: [{ stop: enough, output: out }]',
    'switch: input\n    cases: { x: { run: cat } }\n    default: { stop: enough, output: out }',
  ];
  for (const place of places) {
    const { code, stdout, stderr } = await run(`steps:\n  - ${place}\n  - run: exit 9\n`);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'out\n', place);
  }
});

test('on_error runs steps in place of the one that failed, and they can read why', async () => {
  const { code, stdout } = await run(
    'model: echo/x\nsteps:\n  - id: bad\n    run: exit 3\n    on_error:\n      - "{steps.bad.status}: {steps.bad.error.message} for {input}"\n  - run: tr a-z A-Z\n',
  );
  assert.equal(code, 0);
  assert.equal(stdout, 'FAILED: THE COMMAND FAILED WITH EXIT CODE 3 FOR ONE TWO THREE\n');
});

test('on_error: what fails in it fails the run; a stop in it ends the chain', async () => {
  const failed = await run('steps:\n  - id: bad\n    run: exit 3\n    on_error: [{ run: exit 4 }]\n');
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /exit code 4/);
  const stopped = await run('steps:\n  - run: exit 3\n    on_error: [{ stop: gave up, output: none }]\n  - run: exit 9\n');
  assert.equal(stopped.stdout, 'none\n');
});

test('finally runs after success, after a failure and after a stop, and changes neither output nor error', async () => {
  const yaml = (step: string) => `steps:\n  - id: a\n    ${step}\nfinally:\n  - run: 'cat > "last.txt"; echo not this'\n`;
  for (const [step, code, out, last] of [
    ['run: cat', 0, 'one two three\n', 'one two three'],
    ['run: exit 3', 1, '', ''],
    ['stop: enough', 0, 'one two three\n', 'one two three'],
  ] as const) {
    using sandbox = openSandbox({ 'c.yaml': yaml(step) });
    const ended = await sandbox.run(['run', 'c.yaml', '-i', 'one two three']);
    assert.deepEqual([ended.code, ended.stdout], [code, out]);
    const { stdout } = await sandbox.run(['run', '-', '-q', '-i', 'x'], { stdin: 'steps: [{run: "cat last.txt; echo ."}]\n' });
    assert.equal(stdout, `${last}.\n`);
  }
});

test('finally runs again in a resumed run where a step before it did, and only there', async () => {
  using sandbox = openSandbox({
    'c.yaml':
      'steps:\n  - { id: a, run: "echo a >> log" }\n  - { id: b, run: "echo b >> log; test -e ok" }\nfinally:\n  - { id: f, run: "echo f >> log; test ! -e bad" }\n  - { id: g, run: "echo g >> log; test ! -e worse" }\n',
  });
  const log = () => readFileSync(sandbox.path('log'), 'utf8').replaceAll('\n', '');
  const runOn = () => sandbox.run(['runs', 'resume', 'last']);
  assert.equal((await sandbox.run(['run', 'c.yaml', '-i', 'x'])).code, 1);
  assert.equal(log(), 'abfg');
  assert.equal((await runOn()).code, 1);
  assert.equal(log(), 'abfgbfg', 'b failed again');
  sandbox.write({ ok: '', worse: '' });
  assert.equal((await runOn()).code, 1);
  assert.equal(log(), 'abfgbfgbfg', 'b ran, then f, then g failed');
  assert.equal((await runOn()).code, 1);
  assert.equal(log(), 'abfgbfgbfgg', 'f had finished after all others');
});

test('finally: its own failure fails a run that had succeeded, and is told beside another', async () => {
  const own = await run('steps: [{run: cat}]\nfinally: [{run: exit 6}]\n');
  assert.equal(own.code, 1);
  assert.match(own.stderr, /exit code 6/);
  const both = await run('steps: [{run: exit 3}]\nfinally: [{run: exit 6}]\n');
  assert.match(both.stderr, /^finally\/1: failed: .*exit code 6/m);
  assert.match(both.stderr, /error\[PC7101\]: .*exit code 3/);
});

test('a gate: --approve answers, nobody to ask is exit 8, the output passes through', async () => {
  const yaml =
    'model: echo/x\nsteps:\n  - "draft of {input}"\n  - id: gate\n    approve: "Post this?\\n{input}"\n  - "posted {input}"\n';
  assert.equal((await run(yaml, ['--approve', 'auto'])).stdout, 'posted draft of one two three\n');
  const nobody = await run(yaml);
  assert.equal(nobody.code, 8);
  assert.match(nobody.stderr, /error\[PC7065\]: nobody can be asked here: Post this\?/);
  const never = await run(yaml, ['--approve', 'never']);
  assert.equal(never.code, 1);
  assert.match(never.stderr, /error\[PC9103\]: the answer to step "gate" was no/);
});

test('a gate with a time limit goes by its default, or stays unanswered', async () => {
  const yaml = (more: string) => `steps:\n  - approve: "Go?"\n    timeout: 50ms\n${more}  - run: cat\n`;
  assert.equal((await run(yaml('    default: yes\n'))).stdout, 'one two three\n');
  assert.equal((await run(yaml('    default: no\n'))).code, 1);
  const none = await run(yaml(''));
  assert.equal(none.code, 8);
});

test('what branches remember is written in the order of the branches', async () => {
  using sandbox = openSandbox({
    'c.yaml':
      'steps:\n  - foreach: [c, a, b]\n    concurrency: 3\n    steps:\n      - run: \'[ "$ITEM" = c ] && sleep 0.3; echo "$ITEM"\'\n      - remember: { seen: { append: "{item}" } }\n  - set: "{memory.seen}"\noutput: "{memory.seen}"\n',
  });
  const { stdout, stderr } = await sandbox.run(['run', 'c.yaml', '-i', 'x']);
  assert.equal(stdout.replaceAll(/\s/g, ''), '["c","a","b"]', stderr);
  assert.equal((await sandbox.run(['memory', 'get', 'seen'])).stdout.replaceAll(/\s/g, ''), '["c","a","b"]');
});

test('what cannot be read from inside a loop or a branch is said when the file is loaded', async () => {
  const parallel =
    'model: echo/x\nsteps:\n  - parallel:\n      a: { id: a1, prompt: "{input}" }\n      b: "{steps.a1.output}"\n  - "{steps.a1.output}"\n';
  assert.deepEqual(await problemsOf(parallel), ['PC3012 5 step "a1" runs beside this one, in another branch']);
  const item =
    'model: echo/x\nsteps:\n  - id: f\n    foreach: [1]\n    steps: [{ id: in, prompt: "{item}" }]\n  - "{steps.in.output}"\n';
  assert.deepEqual(await problemsOf(item), ['PC3012 6 step "in" runs once for each item']);
  assert.deepEqual(await problemsOf('model: echo/x\nsteps: ["{item} {loop.turn} {index}"]\n'), [
    'PC3006 2 item exists only inside foreach',
    'PC3006 2 loop exists only inside repeat',
    'PC3006 2 index exists only inside foreach or repeat',
  ]);
  const previous =
    'model: echo/x\nsteps:\n  - repeat: { max: 2 }\n    steps: [{ id: d, prompt: "{loop.previous.d.output} {loop.previous.e}" }]\n';
  assert.deepEqual(await problemsOf(previous), [
    'PC3011 4 the first turn has no previous one, and this has no default',
    'PC3011 4 the first turn has no previous one, and this has no default',
    'PC3005 4 loop.previous has no "e": did you mean "d"?',
  ]);
});

test('the turn before has the steps of every case, the default among them', async () => {
  const yaml =
    'model: echo/x\nsteps:\n  - repeat: { max: 2 }\n    switch: loop.turn\n    cases: { 7: { id: seven, prompt: "{input}" } }\n    default: { id: other, prompt: "n {loop.turn}, before {loop.previous.other.output | default \'none\'} {loop.previous.seven.output | default \'-\'}" }\n';
  assert.deepEqual(await problemsOf(yaml), []);
  assert.equal((await run(yaml)).stdout, 'n 2, before n 1, before none - -\n');
});

test('loops and branches that are declared wrongly', async () => {
  const one = (text: string) => problemsOf(`model: echo/x\nsteps:\n  - prompt: "{input}"\n    ${text}\n`);
  assert.deepEqual(await one('repeat: { until: "true" }'), ['PC1105 4 "max" is missing in "repeat"']);
  assert.deepEqual(await one('concurrency: 3'), ['PC1125 4 "concurrency" does nothing without "foreach"']);
  assert.deepEqual(await one('foreach: [1]\n    repeat: { max: 2 }'), ['PC1125 5 a step has either "foreach" or "repeat"']);
  assert.deepEqual(await one('until: "true"'), ['PC1103 4 "until" is not a word of this format, in step 1']);
  assert.deepEqual(await problemsOf('steps:\n  - parallel: {}\n'), ['PC1101 2 "parallel" needs at least one branch']);
  assert.deepEqual(await problemsOf('steps:\n  - parallel: { "A b": { run: cat } }\n'), [
    'PC1101 2 "A b" is no name for a branch: small letters, digits and _',
  ]);
  const branches = '    A-b: { prompt: "{steps.c.output}" }\n    good: { promt: x }\n    other: { run: "echo {input}" }\n';
  assert.deepEqual(await problemsOf(`steps:\n- parallel:\n${branches}`), [
    'PC1101 3 "A-b" is no name for a branch: small letters, digits and _',
    'PC3002 3 there is no step "c" before this one',
    'PC1102 4 unknown key "promt" in step "good"',
    'PC1115 5 a command takes no placeholders: what a value holds would become part of the command',
  ]);
});

test('the events of a loop: each item starts and ends inside its step', async () => {
  const { stdout } = await run('steps:\n  - id: f\n    foreach: [1, 2]\n    run: cat\n', ['--jsonl']);
  assert.deepEqual(
    told(stdout).filter((line) => line.startsWith('step.') && !line.startsWith('step.delta')),
    [
      'step.started f',
      'step.started f[0]',
      'step.completed f[0]',
      'step.started f[1]',
      'step.completed f[1]',
      'step.completed f',
    ],
  );
});
