import assert from 'node:assert/strict';
import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { describe, it } from 'node:test';
import { startFakeProvider } from '../../fake/provider.ts';
import { onTerminal, shell, start } from '../live.ts';
import { openSandbox } from '../sandbox.ts';

const TWO_STEPS = 'models: [echo/x]\nsteps:\n  - "First: {input}"\n  - "Second: {input}"\n';
const ESCAPE = '\u001b';
const HIDE_CURSOR = `${ESCAPE}[?25l`;
const SHOW_CURSOR = `${ESCAPE}[?25h`;
const RESULT = 'Second: First: hi\n';

describe('stdout of run', () => {
  it('is the result and nothing else, the same under every option that changes the telling', async () => {
    using sandbox = openSandbox({ 'a.yaml': TWO_STEPS });
    for (const extra of [
      [],
      ['-q'],
      ['-v'],
      ['--debug'],
      ['--color', 'always'],
      ['--no-stream'],
      ['--no-save'],
      ['--log-file', 'log.txt'],
    ]) {
      const { code, stdout } = await sandbox.run(['run', 'a.yaml', '-i', 'hi', ...extra]);
      assert.deepEqual([extra, code, stdout], [extra, 0, RESULT]);
    }
  });

  it('takes options before and after the command', async () => {
    using sandbox = openSandbox({ 'deep/a.yaml': TWO_STEPS });
    const { code, stdout, stderr } = await sandbox.run([
      '-q',
      '-C',
      'deep',
      '--input',
      'hi',
      'run',
      'a.yaml',
      '--color',
      'never',
    ]);
    assert.deepEqual([code, stdout, stderr], [0, RESULT, '']);
  });

  it('streams the last step as it arrives, and only that one', async () => {
    await using fake = await startFakeProvider({
      replies: [{ text: 'facts' }, { tokens: ['The ', 'end', ' of it'], stall: 'mid' }],
    });
    using sandbox = openSandbox({ 'a.yaml': 'models: [openai/gpt-4o-mini]\nsteps:\n  - "A {input}"\n  - "B {input}"\n' });
    const live = start(sandbox, ['run', 'a.yaml', '-i', 'hi'], {
      env: { OPENAI_API_KEY: 'sk-test-0123456789', OPENAI_BASE_URL: fake.openaiUrl },
    });
    await live.saw('stdout', 'The ');
    live.child.kill('SIGINT');
    const { stdout } = await live.ended;
    assert.match(stdout, /^The /);
    assert.doesNotMatch(stdout, /facts/);
  });

  it('is written to a file whole, through links, identical to a redirection, with nothing left beside it', async () => {
    using sandbox = openSandbox({ 'a.yaml': TWO_STEPS, 'out.txt': 'old' });
    symlinkSync('out.txt', sandbox.path('link.txt'));
    const { code, stdout } = await sandbox.run(['run', 'a.yaml', '-i', 'hi', '-o', 'link.txt']);
    assert.deepEqual([code, stdout], [0, '']);
    assert.equal(readFileSync(sandbox.path('out.txt'), 'utf8'), RESULT);
    assert.deepEqual(readdirSync(sandbox.dir).sort(), ['a.yaml', 'link.txt', 'out.txt']);
  });

  it('leaves the file as it was when the run fails', async () => {
    using sandbox = openSandbox({ 'a.yaml': 'steps:\n  - run: exit 3\n', 'out.txt': 'old' });
    const { code } = await sandbox.run(['run', 'a.yaml', '-i', 'hi', '-o', 'out.txt']);
    assert.equal(code, 1);
    assert.equal(readFileSync(sandbox.path('out.txt'), 'utf8'), 'old');
    assert.deepEqual(readdirSync(sandbox.dir).sort(), ['a.yaml', 'out.txt']);
  });

  it('that cannot be written whole is an error with its reason', async () => {
    using sandbox = openSandbox({ 'a.yaml': TWO_STEPS });
    const { code, stderr } = await sandbox.run(['run', 'a.yaml', '-i', 'hi', '-q', '-o', '/dev/full']);
    assert.deepEqual([code, stderr], [1, 'error[PC2025]: cannot write "/dev/full": the disk is full\n']);
  });

  it('never takes the place of a chain file, and neither does anything else a run writes', async () => {
    const inner = 'models: [echo/x]\nsteps: ["in: {input}"]\n';
    const outer = 'steps: [{ chain: ./in/b.yaml }]\n';
    using sandbox = openSandbox({ 'a.yaml': outer, 'in/b.yaml': inner });
    symlinkSync('a.yaml', sandbox.path('link.yaml'));
    for (const [option, file] of [
      ['-o', 'a.yaml'],
      ['-o', 'link.yaml'],
      ['--summary', 'in/b.yaml'],
      ['--record', './in/../in/b.yaml'],
    ] as const) {
      const { code, stderr } = await sandbox.run(['run', 'a.yaml', '-i', 'hi', option, file]);
      assert.equal(code, 2, stderr);
      assert.ok(stderr.includes(`"${file}" is the chain file: it would be lost`), stderr);
    }
    assert.deepEqual(
      [readFileSync(sandbox.path('a.yaml'), 'utf8'), readFileSync(sandbox.path('in/b.yaml'), 'utf8')],
      [outer, inner],
    );
  });

  it('can be one step, or all of them', async () => {
    using sandbox = openSandbox({
      'a.yaml': 'models: [echo/x]\nsteps:\n  - { id: one, prompt: "1 {input}" }\n  - { id: two, prompt: "2 {input}" }\n',
    });
    assert.equal((await sandbox.run(['run', 'a.yaml', '-i', 'hi', '--output-step', 'one'])).stdout, '1 hi\n');
    assert.equal(
      (await sandbox.run(['run', 'a.yaml', '-i', 'hi', '--all-steps'])).stdout,
      '==> one <==\n1 hi\n\n==> two <==\n2 1 hi\n',
    );
    const wrong = await sandbox.run(['run', 'a.yaml', '-i', 'hi', '--output-step', 'tow']);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /did you mean "two"\?/);
  });

  it('can be one step of many: in a branch, of an item, of a turn, of the last steps', async () => {
    using sandbox = openSandbox({
      'a.yaml': `models: [echo/x]
steps:
  - id: p
    parallel:
      a: "a {input}"
      b: [{ id: q, prompt: "q {input}" }, { id: each, foreach: [7, 8], prompt: "item {item}" }]
  - id: l
    repeat: { max: 2 }
    steps: [{ id: t, prompt: "turn {loop.turn}" }]
finally:
  - { id: last, prompt: "last {input}" }
`,
    });
    const of = (step: string) => sandbox.run(['run', 'a.yaml', '-i', 'hi', '-q', '--output-step', step]);
    const given = {
      a: 'a hi',
      'p/b/q': 'q hi',
      'each[1]': 'item 8',
      'p/b/each[0]': 'item 7',
      'l[1]/t': 'turn 2',
      last: 'last turn 2',
    };
    for (const [step, output] of Object.entries(given)) {
      const { stdout, stderr } = await of(step);
      assert.equal(stdout, `${output}\n`, step + stderr);
    }
    assert.deepEqual([(await of('each[2]')).code, (await of('q[0]')).code, (await of('l/t')).code], [1, 2, 2]);
  });

  it('is the input of the next run in a pipeline', async () => {
    using sandbox = openSandbox({ 'a.yaml': TWO_STEPS, 'b.yaml': 'models: [echo/x]\nsteps: ["<{input}>"]\n' });
    const { stdout, stderr } = await shell(sandbox, 'echo hi | promptchain run a.yaml -q | promptchain run b.yaml --json').ended;
    assert.equal(stderr, '');
    assert.equal(JSON.parse(stdout).output, '<Second: First: hi>');
  });

  it('keeps exact bytes in a pipe and loses control sequences on a terminal, unless asked not to', async () => {
    await using fake = await startFakeProvider({ fallback: { tokens: ['a\u001b[', '31mred\u001b]0;title\u0007', ' b'] } });
    using sandbox = openSandbox({ 'a.yaml': 'models: [openai/gpt-4o-mini]\nsteps: ["{input}"]\n' });
    const env = { OPENAI_API_KEY: 'sk-test-0123456789', OPENAI_BASE_URL: fake.openaiUrl, NO_COLOR: '1' };
    const exact = 'a\u001b[31mred\u001b]0;title\u0007 b';
    assert.equal((await sandbox.run(['run', 'a.yaml', '-i', 'hi'], { env })).stdout, `${exact}\n`);
    const line = 'promptchain run a.yaml -i hi 2>/dev/null';
    assert.equal((await onTerminal(sandbox, line, { env }).ended).stdout, 'ared b\r\n');
    assert.equal((await onTerminal(sandbox, `${line} --raw-output`, { env }).ended).stdout, `${exact}\r\n`);
  });
});

describe('stderr of run', () => {
  it('has one plain line for every step when it is not a terminal, and none with -q', async () => {
    using sandbox = openSandbox({ 'a.yaml': TWO_STEPS });
    const { stderr } = await sandbox.run(['run', 'a.yaml', '-i', 'hi']);
    assert.equal(stderr.trimEnd().split('\n').length, 4);
    assert.match(stderr, /^a: 2 steps\n1: done .*\n2: done .*\ndone in /);
    assert.equal((await sandbox.run(['run', 'a.yaml', '-i', 'hi', '-q'])).stderr, '');
  });

  it('is empty beside JSON, also on failure, unless -v', async () => {
    using sandbox = openSandbox({
      'a.yaml': TWO_STEPS,
      'bad.yaml': 'steps: [{promt: x}]\n',
      'fails.yaml': 'steps:\n  - run: echo noise >&2; exit 3\n',
    });
    for (const format of ['--json', '--jsonl']) {
      for (const [file, code] of [
        ['a.yaml', 0],
        ['bad.yaml', 3],
        ['fails.yaml', 1],
      ] as const) {
        const ended = await sandbox.run(['run', file, '-i', 'hi', format]);
        assert.deepEqual([file, ended.code, ended.stderr], [file, code, '']);
      }
    }
    assert.match((await sandbox.run(['run', 'a.yaml', '-i', 'hi', '--json', '-v'])).stderr, /done in/);
  });

  it('on a terminal has headers, intermediate text and a summary, and a spinner only where it can turn', async () => {
    using sandbox = openSandbox({ 'a.yaml': TWO_STEPS });
    const wide = await onTerminal(sandbox, 'promptchain run a.yaml -i hi >/dev/null').ended;
    assert.match(wide.stdout, /First: hi/);
    assert.match(wide.stdout, /done in/);
    assert.ok(wide.stdout.includes(HIDE_CURSOR), 'the cursor is hidden while the spinner turns');
    assert.ok(wide.stdout.lastIndexOf(SHOW_CURSOR) > wide.stdout.lastIndexOf(HIDE_CURSOR), 'and shown afterwards');

    const narrow = await onTerminal(sandbox, 'promptchain run a.yaml -i hi', { columns: 0 }).ended;
    assert.equal(narrow.code, 0);
    assert.ok(!narrow.stdout.includes(HIDE_CURSOR));
    const dumb = await onTerminal(sandbox, 'promptchain run a.yaml -i hi', { env: { TERM: 'dumb' } }).ended;
    assert.ok(!dumb.stdout.includes(ESCAPE));
  });

  it('has no colour when redirected, whatever colours stdout could have', async () => {
    using sandbox = openSandbox({ 'a.yaml': TWO_STEPS });
    await onTerminal(sandbox, 'promptchain run a.yaml -i hi 2>err.txt').ended;
    assert.ok(!readFileSync(sandbox.path('err.txt'), 'utf8').includes(ESCAPE));
    const cases: readonly (readonly [env: Readonly<Record<string, string>>, flags: string])[] = [
      [{ NO_COLOR: '1' }, ''],
      [{ CLICOLOR: '0' }, ''],
      [{ FORCE_COLOR: '3' }, '--color never'],
      [{}, '--color=never'],
    ];
    for (const [env, flags] of cases) {
      const { stdout } = await onTerminal(sandbox, `promptchain run a.yaml -i hi ${flags} >/dev/null`, { env }).ended;
      assert.ok(stdout.includes(HIDE_CURSOR), 'the spinner turns');
      // A colour ends with "m"; the other sequences move the cursor.
      assert.ok(!stdout.split(ESCAPE).some((part) => /^\[[\d;]*m/.test(part)), JSON.stringify(stdout));
    }
  });
});

describe('JSON of run', () => {
  it('is one object, on success and on failure', async () => {
    using sandbox = openSandbox({ 'a.yaml': TWO_STEPS, 'bad.yaml': 'steps: [{promt: x}]\n' });
    const good = JSON.parse((await sandbox.run(['run', 'a.yaml', '-i', 'hi', '--json'])).stdout);
    assert.deepEqual(
      [good.schema, good.status, good.exit_code, good.output, good.llm],
      ['promptchain.result.v1', 'success', 0, 'Second: First: hi', false],
    );
    assert.equal(good.steps.length, 2);
    const bad = JSON.parse((await sandbox.run(['run', 'bad.yaml', '-i', 'hi', '--json'])).stdout);
    assert.deepEqual([bad.status, bad.exit_code, bad.output], ['failed', 3, null]);
    assert.match(bad.error.code, /^PC1/);
    assert.equal(bad.error.line, 1);
    const usage = JSON.parse((await sandbox.run(['run', 'a.yaml', '--json', '--nonsense'])).stdout);
    assert.deepEqual([usage.exit_code, usage.error.reason], [2, 'usage']);
  });

  it('as lines holds its guarantees, and is what the journal keeps but for the deltas', async () => {
    await using fake = await startFakeProvider({
      replies: [{ status: 500 }, { tokens: ['one ', 'two'] }, { tokens: ['three'] }],
    });
    using sandbox = openSandbox({ 'a.yaml': 'models: [openai/gpt-4o-mini]\nsteps: ["A {input}", "B {input}"]\n' });
    const env = { OPENAI_API_KEY: 'sk-test-0123456789', OPENAI_BASE_URL: fake.openaiUrl };
    const { stdout, code } = await sandbox.run(['run', 'a.yaml', '-i', 'hi', '--jsonl'], { env });
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.equal(code, 0);
    assert.deepEqual(
      lines.map(({ seq }) => seq),
      lines.map((_, index) => index),
    );
    assert.equal(lines[0].type, 'run.started');
    assert.deepEqual(
      lines.filter(({ type }) => /^run\.(completed|failed|interrupted)$/.test(type)),
      [lines.at(-1)],
    );
    assert.equal(lines.at(-1).result.exit_code, 0);
    const retried = lines.findIndex(({ type }) => type === 'step.retrying');
    assert.ok(retried > 0);
    const text = lines
      .filter(({ type, step }, index) => type === 'step.delta' && step === '1' && index > retried)
      .map(({ text }) => text)
      .join('');
    assert.equal(text, lines.find(({ type, step }) => type === 'step.completed' && step === '1').output);

    const runs = `${sandbox.dir}/../home/promptchain/state/runs`;
    const journal = readFileSync(`${runs}/${readdirSync(runs)[0]}`, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).seq);
    assert.deepEqual(
      journal,
      lines.filter(({ type }) => !type.endsWith('delta')).map(({ seq }) => seq),
    );
  });

  it('is a single line when the run cannot begin', async () => {
    using sandbox = openSandbox({ 'bad.yaml': 'steps: 3\n' });
    const lines = (await sandbox.run(['run', 'bad.yaml', '-i', 'hi', '--jsonl'])).stdout.trimEnd().split('\n');
    assert.equal(lines.length, 1);
    const line = JSON.parse(lines[0] ?? '');
    assert.deepEqual([line.type, line.seq, line.result.exit_code], ['run.failed', 0, 3]);
  });
});
