import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startFakeProvider } from '../../fake/provider.ts';
import { start } from '../live.ts';
import { openSandbox } from '../sandbox.ts';

const NAMED = `models: [openai/gpt-4o-mini]
steps:
  - { id: one, prompt: "1 {input}", temperature: 0.9 }
  - { id: two, prompt: "2 {steps.one.output}", if: input != "" }
`;

describe('options of run that change the chain', () => {
  it('--model is for all steps, step=model for one, and both go over the file', async () => {
    await using fake = await startFakeProvider();
    using sandbox = openSandbox({ 'a.yaml': NAMED });
    const env = { OPENAI_API_KEY: 'sk-test-0123456789', OPENAI_BASE_URL: fake.openaiUrl };
    const { code, stderr } = await sandbox.run(['run', 'a.yaml', '-i', 'x', '-m', 'openai/gpt-4o', '-m', 'two=openai/gpt-4.1'], {
      env,
    });
    assert.equal(code, 0, stderr);
    assert.deepEqual(
      fake.requests.map(({ body }) => body.model),
      ['gpt-4o', 'gpt-4.1'],
    );
  });

  it('--set changes a value of the file, with its type', async () => {
    await using fake = await startFakeProvider();
    using sandbox = openSandbox({ 'a.yaml': NAMED });
    const env = { OPENAI_API_KEY: 'sk-test-0123456789', OPENAI_BASE_URL: fake.openaiUrl };
    const { code, stderr } = await sandbox.run(['run', 'a.yaml', '-i', 'x', '--set', 'steps.one.temperature=0.1'], { env });
    assert.equal(code, 0, stderr);
    assert.equal(fake.requests[0]?.body.temperature, 0.1);
  });

  it('--set finds a step by its id in groups too, and by the name of its branch', async () => {
    using sandbox = openSandbox({
      'a.yaml': `models: [echo/x]
steps:
  - id: p
    parallel:
      a: "a {input}"
      b: { id: own, prompt: "b {input}" }
      c: [{ id: q, prompt: "q {input}" }]
  - { id: s, switch: input, cases: { x: { id: one, prompt: "one" } }, default: "none {input}", on_error: [{ id: h, prompt: "h" }] }
`,
    });
    const set = Object.entries({ a: 'A', own: 'B', q: 'Q', one: 'ONE', h: 'H' }).flatMap(([id, text]) => [
      '--set',
      `steps.${id}.prompt=${text}`,
    ]);
    const { code, stdout, stderr } = await sandbox.run(['run', 'a.yaml', '-i', 'x', '-q', '--output-step', 'p', ...set]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), { a: 'A', b: 'B', c: 'Q' });
    const plan = await sandbox.run(['run', 'a.yaml', '-i', 'x', '--set', 'steps.b.prompt=B', '--dry-run']);
    assert.equal(plan.code, 2, 'b is called own');
  });

  it('PROMPTCHAIN_MODEL is a default that the file goes over', async () => {
    using sandbox = openSandbox({ 'a.yaml': 'steps: ["{input}"]\n', 'b.yaml': 'model: echo/own\nsteps: ["{input}"]\n' });
    const env = { PROMPTCHAIN_MODEL: 'echo/default' };
    const modelOf = async (file: string) =>
      JSON.parse((await sandbox.run(['run', file, '-i', 'x', '--json'], { env })).stdout).steps[0].model;
    assert.deepEqual([await modelOf('a.yaml'), await modelOf('b.yaml')], ['echo/default', 'echo/own']);
  });

  it('that name no step of the chain are refused', async () => {
    using sandbox = openSandbox({ 'a.yaml': NAMED });
    const { code, stderr } = await sandbox.run(['run', 'a.yaml', '-i', 'x', '-m', 'tow=echo/x']);
    assert.equal(code, 2);
    assert.match(stderr, /"tow"/);
  });

  it('are told to be wrong without a line of the file, which is in order', async () => {
    using sandbox = openSandbox({ 'a.yaml': NAMED, 'bad.yaml': `${NAMED}nonsense: 1\n` });
    for (const [wrong, said] of [
      [['-m', 'gpt-4o'], /"gpt-4o" has no provider/],
      [['-m', 'opnai/gpt-4o'], /did you mean "openai"\?/],
      [['-m', 'two=openai/'], /"openai\/" names a provider but no model/],
      [['--set', 'steps.tow.temperature=1'], /nothing to set at "steps\.tow\.temperature"/],
    ] as const) {
      const { code, stderr } = await sandbox.run(['run', 'a.yaml', '-i', 'x', ...wrong]);
      assert.equal(code, 2, stderr);
      assert.match(stderr, said);
      assert.doesNotMatch(stderr, /-->/);
      assert.equal((await sandbox.run(['run', 'bad.yaml', '-i', 'x', ...wrong])).code, 3);
    }
  });
});

describe('--dry-run', () => {
  it('prints what would be done, calls nothing, keeps nothing, reads no stdin', async () => {
    await using fake = await startFakeProvider();
    using sandbox = openSandbox({ 'a.yaml': NAMED });
    const env = { OPENAI_API_KEY: 'sk-test-0123456789', OPENAI_BASE_URL: fake.openaiUrl };
    const { code, stdout } = await start(sandbox, ['run', 'a.yaml', '--dry-run'], { env }).ended;
    assert.equal(code, 0);
    assert.match(stdout, /one \(prompt, openai\/gpt-4o-mini\): cost unknown\n {2}\| 1 \{input\}/);
    assert.match(stdout, /two \(prompt, openai\/gpt-4o-mini\): if input != ""; cost unknown\n {2}\| 2 \{steps\.one\.output\}/);
    assert.equal(fake.requests.length, 0);
    // The cache is not looked at: the bundled command keeps its own compiled code there.
    for (const kept of ['data', 'state']) assert.ok(!existsSync(join(sandbox.dir, '../home/promptchain', kept)), kept);
  });

  it('needs no key', async () => {
    using sandbox = openSandbox({ 'a.yaml': NAMED });
    assert.equal((await sandbox.run(['run', 'a.yaml', '-n', '-i', 'x'])).code, 0);
  });

  it('excludes what it could not honour', async () => {
    using sandbox = openSandbox({ 'a.yaml': NAMED });
    for (const args of [['--json'], ['-o', 'f'], ['--timeout', '3s'], ['--no-save']]) {
      assert.equal((await sandbox.run(['run', 'a.yaml', '-n', ...args])).code, 2);
    }
  });
});

describe('memory of run', () => {
  const COUNT =
    'models: [echo/x]\nsteps:\n  - { prompt: "{memory.n | default \\"none\\"} {input}", remember: { n: "{input}" } }\n';

  it("is kept between runs, in a namespace or a store of one's own, or not at all", async () => {
    using sandbox = openSandbox({ 'a.yaml': COUNT });
    const run = async (input: string, ...args: string[]) =>
      (await sandbox.run(['run', 'a.yaml', '-q', '-i', input, ...args])).stdout;
    assert.equal(await run('1'), 'none 1\n');
    assert.equal(await run('2'), 'none 1 2\n');
    assert.equal(await run('3', '--memory', 'other'), 'none 3\n');
    assert.equal(await run('4', '--memory', './own.jsonl'), 'none 4\n');
    assert.equal(await run('5', '--no-memory'), 'none 5\n');
    assert.equal(await run('6'), 'none 1 2 6\n');
    assert.ok(existsSync(sandbox.path('own.jsonl')));
  });

  it('is not written by a run that fails', async () => {
    using sandbox = openSandbox({ 'a.yaml': `${COUNT}  - run: exit 3\n`, 'b.yaml': COUNT });
    await sandbox.run(['run', 'a.yaml', '-i', '1']);
    assert.equal((await sandbox.run(['run', 'b.yaml', '-q', '-i', '2'])).stdout, 'none 2\n');
  });
});

describe('--log-file', () => {
  it('gets what -v would print, also with -q and --json, and errors of any command', async () => {
    using sandbox = openSandbox({ 'a.yaml': 'models: [echo/x]\nsteps: ["1 {input}", "2 {input}"]\n' });
    for (const args of [['-q'], ['--json']]) await sandbox.run(['run', 'a.yaml', '-i', 'x', '--log-file', 'log.txt', ...args]);
    await sandbox.run(['runs', 'show', 'nope', '--log-file', 'log.txt']);
    const log = readFileSync(sandbox.path('log.txt'), 'utf8');
    assert.equal(log.split('| 1 x\n').length, 3);
    assert.match(log, /^\d{4}-\d\d-\d\dT[\d:.]+Z error\[PC8101\]/m);
    for (const line of log.trimEnd().split('\n')) assert.match(line, /^\d{4}-\d\d-\d\dT/);
  });
});
