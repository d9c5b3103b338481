import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { startFakeProvider } from '../fake/provider.ts';
import { start } from './live.ts';
import { openSandbox } from './sandbox.ts';

const ECHO = 'model: echo/x\nsteps:\n  - "{input}"\n';
const KEY = { OPENAI_API_KEY: 'sk-test-0123456789' };
const REMOTE = 'model: openai/gpt-4o-mini\nsteps:\n  - { id: ask, prompt: "{input}", retry: 1 }\n';

describe('promptchain test', () => {
  it('runs the cases of the chain and says of each that fails what is wrong', async () => {
    using sandbox = openSandbox({
      'chain.yaml': `${ECHO}tests:
  - { id: good, input: Monday, expected: Monday }
  - id: bad
    description: the wrong day
    input: Tuesday
    expected: Monday
`,
    });
    const { code, stdout, stderr } = await sandbox.run(['test', 'chain.yaml']);
    assert.equal(stderr, '');
    assert.equal(
      steady(stdout),
      `pass  1.00  good T
FAIL  0.00  bad  the wrong day T
      input    "Tuesday"
      expected "Monday"
      got      "Tuesday"
      - equals: expected "Monday", got "Tuesday": at the start expected "Mon", got "Tues"
      --> chain.yaml:6:5
1 of 2 cases passed, 1 failed · score 0.50 · T
`,
    );
    assert.equal(code, 5);
  });

  it('a threshold is for the score of all cases, and replaces that each has to pass', async () => {
    using sandbox = openSandbox({
      'chain.yaml': ECHO,
      'cases.jsonl': '{"id":"a","input":"x","expected":"x"}\n{"id":"b","input":"x","expected":"y","weight":3}\n',
    });
    const run = (...more: string[]) => sandbox.run(['test', 'chain.yaml', '--data', 'cases.jsonl', ...more]);
    assert.equal((await run()).code, 5);
    assert.equal((await run('--threshold', '0.25')).code, 0);
    const { code, stdout } = await run('--threshold', '0.26');
    assert.equal(code, 5);
    assert.match(stdout, /score 0\.25 \(threshold 0\.26\)/);
  });

  it('prints one object with --json, and writes JUnit XML', async () => {
    using sandbox = openSandbox({
      'chain.yaml': ECHO,
      'cases.yaml': `- id: a
  input: "<b> & \\"c\\""
  assert:
    - { type: contains, value: z, metric: letters, message: "a z is needed" }
    - { type: starts-with, value: "<", metric: letters, weight: 3 }
`,
    });
    const { code, stdout, stderr } = await sandbox.run([
      'test',
      'chain.yaml',
      '--data',
      'cases.yaml',
      '--json',
      '--junit',
      'out.xml',
    ]);
    assert.equal(stderr, '');
    const { schema, exit_code, met, score, counts, metrics, cases } = JSON.parse(stdout);
    assert.deepEqual(
      { schema, exit_code, met, score, counts, metrics },
      {
        schema: 'promptchain.evaluation.v1',
        exit_code: 5,
        met: false,
        score: 0.75,
        counts: { passed: 0, failed: 1, error: 0, not_run: 0 },
        metrics: { letters: 0.75 },
      },
    );
    assert.equal(code, 5);
    assert.deepEqual(
      cases[0].runs[0].assertions.map(({ type, pass, reason }: Record<string, unknown>) => [type, pass, reason]),
      [
        ['contains', false, 'a z is needed (the output does not contain "z": "<b> & \\"c\\"")'],
        ['starts-with', true, 'the output starts with "<"'],
      ],
    );
    const xml = readFileSync(sandbox.path('out.xml'), 'utf8');
    assert.match(xml, /<testsuites name="promptchain test" tests="1" failures="1" errors="0" skipped="0"/);
    assert.match(xml, /<system-out>&lt;b&gt; &amp; &quot;c&quot;<\/system-out>/);
    const { SaxesParser } = await import('saxes');
    new SaxesParser().write(xml).close();
  });

  it('every run has a memory of its own, and leaves that of the user alone', async () => {
    using sandbox = openSandbox({
      'chain.yaml': `model: echo/x
steps:
  - id: count
    prompt: "{memory.seen | default \\"new\\"} {input}"
    remember: { seen: "{input}" }
tests:
  - { id: a, input: one, expected: new one }
  - { id: b, input: two, expected: new two }
  - { id: c, input: three, expected: kept three, memory: true }
`,
    });
    await sandbox.run(['memory', 'set', 'seen', 'kept']);
    const { code, stdout } = await sandbox.run(['test', 'chain.yaml', '-j', '1']);
    assert.equal(code, 0, stdout);
    assert.equal((await sandbox.run(['memory', 'get', 'seen'])).stdout, 'kept three\n');
  });

  it('keeps no journal', async () => {
    using sandbox = openSandbox({ 'chain.yaml': `${ECHO}tests: [{ input: a, expected: a }]\n` });
    await sandbox.run(['test', 'chain.yaml']);
    assert.match((await sandbox.run(['runs', 'list', '--json'])).stdout, /^\[\]/);
  });

  it('checks the output of a step, and repeats', async () => {
    using sandbox = openSandbox({
      'chain.yaml': `model: echo/x
steps:
  - { id: draft, prompt: "draft of {input}" }
  - "final"
tests:
  - { id: a, input: x, assert: [{ type: equals, value: draft of x, step: draft }, { type: equals, value: final }] }
`,
    });
    const { code, stdout } = await sandbox.run(['test', 'chain.yaml', '--repeat', '3']);
    assert.equal(code, 0, stdout);
    assert.equal(steady(stdout).match(/^pass {2}1\.00 {2}a \(run \d\) T$/gm)?.length, 3);
    const wrong = await sandbox.run(['test', 'chain.yaml', '--set', 'tests[0].assert[0].step=drift']);
    assert.equal(wrong.code, 3);
    assert.match(wrong.stderr, /PC1504.*no step "drift"[\s\S]*did you mean "draft"/);
  });

  it('filters by id, description and metadata', async () => {
    using sandbox = openSandbox({
      'chain.yaml': ECHO,
      'cases.csv': 'input,__id,__expected,__metadata:topic\na,one,a,refund\nb,two,b,delivery\n',
    });
    const run = (filter: string) => sandbox.run(['test', 'chain.yaml', '--data', 'cases.csv', '--filter', filter]);
    assert.match((await run('tw')).stdout, /^pass {2}1\.00 {2}two .*\n1 of 1 case passed/);
    assert.match((await run('topic=ref*')).stdout, /^pass {2}1\.00 {2}one/);
    const none = await run('three');
    assert.equal(none.code, 2);
    assert.match(none.stderr, /PC2051[\s\S]*2 cases, such as one, two/);
  });

  it('a rate limit is no wrong answer: the case has no verdict, the exit code says try again', async () => {
    await using fake = await startFakeProvider({ replies: [{ when: 'first', text: 'yes' }], fallback: { status: 429 } });
    using sandbox = openSandbox({
      'chain.yaml': REMOTE,
      'cases.jsonl': '{"id":"a","input":"first","expected":"yes"}\n{"id":"b","input":"second","expected":"yes"}\n',
    });
    const env = { ...KEY, OPENAI_BASE_URL: fake.openaiUrl };
    const { code, stdout } = await sandbox.run(['test', 'chain.yaml', '--data', 'cases.jsonl', '-j', '1'], { env });
    assert.equal(code, 7, stdout);
    assert.match(stdout, /error {7}b [\s\S]*\[PC60/);
    assert.match(stdout, /1 of 2 cases passed, 1 without a verdict · score 1\.00/);
  });

  it('a refused key ends everything: exit 4', async () => {
    await using fake = await startFakeProvider({ fallback: { status: 401 } });
    using sandbox = openSandbox({
      'chain.yaml': REMOTE,
      'cases.jsonl': Array.from({ length: 6 }, (_, index) => `{"input":"${index}","expected":"yes"}`).join('\n'),
    });
    const env = { ...KEY, OPENAI_BASE_URL: fake.openaiUrl };
    const { code, stdout } = await sandbox.run(['test', 'chain.yaml', '--data', 'cases.jsonl', '-j', '1'], { env });
    assert.equal(code, 4);
    assert.equal(fake.requests.length, 1);
    assert.match(stdout, /1 without a verdict, 5 not run/);
    const missing = await sandbox.run(['test', 'chain.yaml', '--data', 'cases.jsonl']);
    assert.equal(missing.code, 4);
    assert.match(missing.stderr, /PC4001/);
  });

  it('a run that fails by itself scores 0 with its message', async () => {
    using sandbox = openSandbox({
      'chain.yaml': 'steps:\n  - { id: go, run: exit 3 }\ntests:\n  - { id: a, input: x, expected: y }\n',
    });
    const { code, stdout } = await sandbox.run(['test', 'chain.yaml']);
    assert.equal(code, 5);
    assert.match(stdout, /FAIL {2}0\.00 {2}a [\s\S]*the run failed in step "go": .*exit/);
  });

  it('stops at the first failure with --fail-fast', async () => {
    using sandbox = openSandbox({
      'chain.yaml': ECHO,
      'cases.jsonl':
        '{"id":"a","input":"x","expected":"x"}\n{"id":"b","input":"x","expected":"y"}\n{"id":"c","input":"x","expected":"x"}\n',
    });
    const { code, stdout } = await sandbox.run(['test', 'chain.yaml', '--data', 'cases.jsonl', '-j', '1', '--fail-fast']);
    assert.equal(code, 5);
    assert.match(stdout, /1 of 3 cases passed, 1 failed, 1 not run/);
  });

  it('runs so many cases at a time, and reports them in their order', async () => {
    const delays = [400, 10, 10];
    await using fake = await startFakeProvider({
      replies: delays.map((delayMs, index) => ({ when: `case ${index}`, text: 'yes', delayMs })),
    });
    using sandbox = openSandbox({
      'chain.yaml': REMOTE,
      'cases.jsonl': delays.map((_, index) => `{"id":"c${index}","input":"case ${index}","expected":"yes"}`).join('\n'),
    });
    const env = { ...KEY, OPENAI_BASE_URL: fake.openaiUrl };
    const { stdout } = await sandbox.run(['test', 'chain.yaml', '--data', 'cases.jsonl', '-j', '3'], { env });
    assert.deepEqual(
      [...stdout.matchAll(/^pass {2}1\.00 {2}(c\d)/gm)].map(([, id]) => id),
      ['c0', 'c1', 'c2'],
    );
    assert.equal(fake.requests.length, 3);
  });

  it('asks the judge of the user, in both orders where it compares', async () => {
    const verdict = (choice: string) => JSON.stringify({ reason: `it is ${choice}`, choice });
    await using fake = await startFakeProvider({
      replies: [
        { when: 'Where is Lyon?', text: 'In France.' },
        { when: '<rubric>', text: '{"reason": "the words \\"In France.\\" are short", "pass": true, "score": 0.8}' },
        { when: '<first>\nLyon is in France.', text: verdict('subset') },
        { when: '<first>\nIn France.', text: verdict('contradiction') },
      ],
    });
    using sandbox = openSandbox({
      'chain.yaml': REMOTE,
      'cases.yaml': `- id: a
  input: Where is Lyon?
  assert:
    - { type: llm-rubric, value: short }
    - { type: factuality, value: Lyon is in France. }
`,
    });
    const env = { ...KEY, OPENAI_BASE_URL: fake.openaiUrl };
    const args = ['test', 'chain.yaml', '--data', 'cases.yaml'];
    const without = await sandbox.run(args, { env });
    assert.equal(without.code, 2);
    assert.match(without.stderr, /PC2052.*none is named[\s\S]*--judge-model/);
    assert.equal(fake.requests.length, 0);

    const { code, stdout } = await sandbox.run([...args, '--judge-model', 'openai/judge', '-v'], { env });
    assert.deepEqual(
      fake.requests.map(({ body }) => body.model),
      ['gpt-4o-mini', 'judge', 'judge', 'judge'],
    );
    assert.equal(code, 5);
    assert.match(stdout, /\+ llm-rubric 0\.80: the words "In France\." are short/);
    assert.match(stdout, /- factuality: the judge changes its mind with the order: it is subset \/ it is contradiction/);
  });

  it('asks for trust before JavaScript of a dataset runs', async () => {
    using sandbox = openSandbox({
      'chain.yaml': `${ECHO}tests:\n  - { id: a, input: x, assert: [{ type: javascript, value: "output === 'x'" }] }\n`,
    });
    const untrusted = await sandbox.run(['test', 'chain.yaml'], { env: { PROMPTCHAIN_TRUST: '' } });
    assert.equal(untrusted.code, 8);
    assert.match(untrusted.stderr, /PC7071[\s\S]*function case a: output === 'x'/);
    const trusted = await sandbox.run(['test', 'chain.yaml', '--trust'], { env: { PROMPTCHAIN_TRUST: '' } });
    assert.equal(trusted.code, 0, trusted.stderr);
    assert.equal((await sandbox.run(['test', 'chain.yaml'], { env: { PROMPTCHAIN_TRUST: '' } })).code, 0);
  });

  it('marks failed cases for GitHub, and lets no output command it', async () => {
    using sandbox = openSandbox({
      'chain.yaml': ECHO,
      'cases.jsonl': '{"id":"a","input":"x\\n::error::owned","expected":"y"}\n',
    });
    const { stdout, stderr } = await sandbox.run(['test', 'chain.yaml', '--data', 'cases.jsonl'], {
      env: { GITHUB_ACTIONS: 'true' },
    });
    assert.match(stderr, /^::error file=cases\.jsonl,line=1,col=1,title=PC1520::case a failed \(cases\.jsonl\): expected /);
    assert.doesNotMatch(stdout, /^\s*::/m);
  });

  it('masks secrets in what it prints and writes', async () => {
    using sandbox = openSandbox({
      'chain.yaml': 'steps:\n  - run: echo "$MY_API_KEY"\ntests:\n  - { id: a, input: x, expected: y }\n',
    });
    const env = { MY_API_KEY: 'secret-0123456789' };
    const { stdout } = await sandbox.run(['test', 'chain.yaml', '--junit', 'out.xml'], { env });
    assert.match(stdout, /got {6}"\*\*\*"/);
    assert.doesNotMatch(stdout + readFileSync(sandbox.path('out.xml'), 'utf8'), /secret-0123456789/);
  });

  it('is answered from a recording', async () => {
    await using fake = await startFakeProvider({
      replies: [
        { when: 'first', text: 'one' },
        { when: 'second', text: 'two' },
      ],
    });
    using sandbox = openSandbox({
      'chain.yaml': REMOTE,
      'cases.jsonl': '{"id":"a","input":"first","expected":"one"}\n{"id":"b","input":"second","expected":"two"}\n',
    });
    const args = ['test', 'chain.yaml', '--data', 'cases.jsonl'];
    const env = { ...KEY, OPENAI_BASE_URL: fake.openaiUrl };
    assert.equal((await sandbox.run([...args, '--record', 'tape.yaml'], { env })).code, 0);
    assert.equal(fake.requests.length, 2);
    const { code, stdout, stderr } = await sandbox.run([...args, '--replay', 'tape.yaml']);
    assert.equal(code, 0, stdout + stderr);
    assert.equal(fake.requests.length, 2);
  });

  it('is answered from stubs, and the judge is not', async () => {
    await using fake = await startFakeProvider({
      replies: [{ when: '<rubric>', text: '{"pass": true, "score": 1, "reason": "short"}' }],
    });
    using sandbox = openSandbox({
      'chain.yaml': REMOTE,
      'stubs.yaml': 'steps: { ask: hello }\n',
      'cases.jsonl': '{"id":"a","input":"x","expected":"hello","assert":[{"type":"llm-rubric","value":"short"}]}\n',
    });
    const env = { ...KEY, OPENAI_BASE_URL: fake.openaiUrl };
    const args = ['test', 'chain.yaml', '--data', 'cases.jsonl', '--stubs', 'stubs.yaml', '--judge-model', 'openai/judge'];
    const { code, stdout, stderr } = await sandbox.run(args, { env });
    assert.equal(code, 0, stdout + stderr);
    assert.deepEqual(
      fake.requests.map(({ body }) => body.model),
      ['judge'],
    );
  });

  it('validate finds what is wrong with the cases of a chain, without calling anything', async () => {
    using sandbox = openSandbox({
      'inline.yaml': `${ECHO}tests:\n  - { input: a, assert: [{ type: containz, value: x }] }\n  - { expected: b }\n`,
      'named.yaml': `${ECHO}tests: { file: cases.jsonl }\n`,
      'cases.jsonl': '{"input":"a"\n',
      'missing.yaml': `${ECHO}tests: { file: case.jsonl }\n`,
    });
    const { code, stdout, stderr } = await sandbox.run(['validate', 'inline.yaml', 'named.yaml', 'missing.yaml']);
    assert.equal(code, 3);
    assert.match(stderr, /PC1504.*\n --> inline\.yaml:5:34/);
    assert.match(stderr, /PC1502.*\n --> cases\.jsonl:1:1/);
    assert.match(stderr, /PC1311.*\n --> missing\.yaml:4:16[\s\S]*did you mean "cases\.jsonl"/);
    assert.match(stdout, /inline\.yaml: 1 error\nnamed\.yaml: 1 error\nmissing\.yaml: 1 error/);
  });

  it('says what a case does not give, and what no input takes', async () => {
    using sandbox = openSandbox({
      'chain.yaml': 'model: echo/x\ninputs: { n: { type: integer, required: true } }\nsteps:\n  - "{input} {inputs.n}"\n',
      'cases.yaml': '- { input: a, vars: { n: 1 } }\n- { input: a, vars: { n: one } }\n- { vars: { n: 2 } }\n- { input: a }\n',
    });
    const { code, stderr } = await sandbox.run(['test', 'chain.yaml', '--data', 'cases.yaml']);
    assert.equal(code, 3);
    assert.match(stderr, /input "n" must be a whole number, not "one"\n --> cases\.yaml:2:3/);
    assert.match(stderr, /gives no input, and the chain reads \{input\}\n --> cases\.yaml:3:3/);
    assert.match(stderr, /gives no var "n", an input that the chain requires\n --> cases\.yaml:4:3/);
  });

  it('Ctrl-C prints what is done and dies of the signal; the time limit ends it too', async () => {
    await using fake = await startFakeProvider({ replies: [{ when: 'first', text: 'yes' }], fallback: { stall: 'before' } });
    using sandbox = openSandbox({
      'chain.yaml': REMOTE,
      'cases.jsonl':
        '{"id":"a","input":"first","expected":"yes"}\n{"id":"b","input":"second","expected":"yes"}\n{"id":"c","input":"third"}\n',
    });
    const env = { ...KEY, OPENAI_BASE_URL: fake.openaiUrl };
    const args = ['test', 'chain.yaml', '--data', 'cases.jsonl', '-j', '1', '--junit', 'out.xml'];
    const live = start(sandbox, args, { env });
    await live.saw('stdout', 'pass  1.00  a');
    await fake.received(2);
    live.child.kill('SIGINT');
    const { signal, stdout } = await live.ended;
    assert.equal(signal, 'SIGINT');
    assert.match(stdout, /1 of 3 cases passed, 2 not run · score 1\.00/);
    assert.match(readFileSync(sandbox.path('out.xml'), 'utf8'), /tests="3" failures="0" errors="0" skipped="2"/);

    const late = await sandbox.run([...args, '--timeout', '2s', '--filter', 'b'], { env });
    assert.equal(late.code, 6, late.stdout + late.stderr);
    assert.match(late.stdout, /0 of 1 case passed, 1 not run/);
    assert.match(late.stderr, /error\[PC9001\].*2 s/);
  });

  it('limits are for all cases together, judges included: exit 6, and the finished cases are told', async () => {
    await using fake = await startFakeProvider({
      replies: [{ when: '<rubric>', text: '{"pass": true, "score": 1, "reason": "short"}', usage: { input: 0, output: 50 } }],
      fallback: { text: 'yes', usage: { input: 0, output: 50 } },
    });
    using sandbox = openSandbox({
      'chain.yaml': REMOTE.replace(
        'model: openai/gpt-4o-mini',
        'models: { m: { model: openai/own, price: { input: 0, output: 20 } } }\nmodel: m',
      ),
      'cases.jsonl': Array.from({ length: 9 }, (_, index) => `{"id":"c${index}","input":"x${index}","expected":"yes"}`).join(
        '\n',
      ),
      'judged.jsonl': '{"id":"a","input":"x","assert":[{"type":"llm-rubric","value":"short"}]}\n{"id":"b","input":"y"}\n',
    });
    const env = { ...KEY, OPENAI_BASE_URL: fake.openaiUrl };
    const run = (...args: string[]) => sandbox.run(['test', 'chain.yaml', '-j', '1', '--data', ...args], { env });

    const dear = await run('cases.jsonl', '--max-cost', '0.0035');
    assert.equal(dear.code, 6, dear.stdout + dear.stderr);
    assert.equal(fake.requests.length, 3, 'each answer costs $0.001');
    assert.match(
      dear.stdout,
      /^pass {2}1\.00 {2}c2[\s\S]*^error {7}c3 [\s\S]*\[PC9002\][\s\S]*= help: raise it with --max-cost$/m,
    );
    assert.match(dear.stdout, /3 of 9 cases passed, 1 without a verdict, 5 not run · score 1\.00/);

    const many = JSON.parse((await run('cases.jsonl', '--max-turns', '2', '--json')).stdout);
    assert.deepEqual([many.exit_code, many.counts.passed, fake.requests.length], [6, 2, 5]);
    const long = await run('cases.jsonl', '--max-tokens-total', '170');
    assert.equal(long.code, 6);
    assert.match(long.stdout, /PC9003/);
    const before = fake.requests.length;
    const judged = await run('judged.jsonl', '--max-turns', '1', '--judge-model', 'openai/judge');
    assert.deepEqual([judged.code, fake.requests.length - before], [6, 1], judged.stdout);
    assert.match(judged.stdout, /error {7}a [\s\S]*PC9004[\s\S]*1 without a verdict, 1 not run/);
    const unpriced = await run('judged.jsonl', '--max-cost', '1', '--judge-model', 'openai/judge');
    assert.deepEqual([unpriced.code, fake.requests.length - before], [2, 1], unpriced.stdout);
    assert.match(unpriced.stderr, /PC9005.*openai\/judge/);
  });

  it('--cache on asks only what has not been asked, a repetition and a judge for itself; without, all is asked', async () => {
    const answers = (prompt: string) => (prompt.includes('<rubric>') ? '{"pass": true, "score": 1, "reason": "short"}' : 'yes');
    await using fake = await startFakeProvider({ replies: ({ body }) => ({ text: answers(JSON.stringify(body)) }) });
    const judged = { input: 'x', assert: [{ type: 'llm-rubric', value: 'short' }] };
    using sandbox = openSandbox({
      'chain.yaml': REMOTE,
      'cases.jsonl': `${JSON.stringify(judged)}\n{"input":"y","expected":"yes"}\n`,
    });
    const env = { ...KEY, OPENAI_BASE_URL: fake.openaiUrl };
    const requests = async (verb: readonly string[], ...more: string[]) => {
      const before = fake.requests.length;
      const args = [...verb, 'chain.yaml', '--data', 'cases.jsonl', '--judge-model', 'openai/judge', ...more];
      const { code, stdout } = await sandbox.run(args, { env });
      assert.equal(code, 0, stdout);
      return fake.requests.length - before;
    };
    assert.deepEqual([await requests(['test']), await requests(['test'])], [3, 3]);
    assert.deepEqual([await requests(['test'], '--cache', 'on'), await requests(['test'], '--cache', 'on')], [3, 0]);
    // The second run of a case is another draw, and so is what the judge says of it.
    assert.equal(await requests(['engineer', 'eval'], '--cache', 'on', '--repeat', '2'), 3);
    assert.equal(await requests(['engineer', 'eval'], '--cache', 'on', '--repeat', '2', '-j', '1'), 0);
    assert.equal(await requests(['test'], '--cache', 'refresh'), 3);
  });

  it('a limit holds however many cases run at a time', async () => {
    await using fake = await startFakeProvider({ fallback: { text: 'yes', delayMs: 20 } });
    using sandbox = openSandbox({
      'chain.yaml': REMOTE,
      'cases.jsonl': Array.from({ length: 20 }, (_, index) => `{"input":"x${index}","expected":"yes"}`).join('\n'),
    });
    const env = { ...KEY, OPENAI_BASE_URL: fake.openaiUrl };
    const args = ['test', 'chain.yaml', '--data', 'cases.jsonl', '-j', '8', '--max-turns', '5'];
    const { code, stdout } = await sandbox.run(args, { env });
    assert.deepEqual([code, fake.requests.length], [6, 5], stdout);
    assert.match(stdout, /^5 of 20 cases passed/m);
  });

  it('needs cases', async () => {
    using sandbox = openSandbox({ 'chain.yaml': ECHO });
    const { code, stderr } = await sandbox.run(['test', 'chain.yaml']);
    assert.equal(code, 2);
    assert.match(stderr, /PC2050.*no "tests".*--data/);
  });
});

describe('promptchain engineer eval', () => {
  it('gives a score and asks for none, unless --min-score says so', async () => {
    using sandbox = openSandbox({
      'chain.yaml': ECHO,
      'cases.jsonl': '{"id":"a","input":"x","expected":"x"}\n{"id":"b","input":"x","expected":"y"}\n',
    });
    const run = (...more: string[]) => sandbox.run(['engineer', 'eval', 'chain.yaml', '--data', 'cases.jsonl', ...more]);
    const free = await run();
    assert.equal(free.code, 0, free.stderr);
    assert.match(free.stdout, /1 of 2 cases passed, 1 failed · score 0\.50/);
    assert.equal((await run('--min-score', '0.5')).code, 0);
    assert.equal((await run('--min-score', '0.51')).code, 5);
    assert.equal((await run('--split', 'train')).code, 0);
    assert.equal((await sandbox.run(['engineer', 'eval', 'chain.yaml'])).code, 2);
  });
});

/** Times differ from run to run. */
function steady(text: string): string {
  return text.replaceAll(/\b\d+(?:\.\d)? (?:ms|s)\b/g, 'T');
}
