import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { test } from 'node:test';
import { addingUp } from '../agent/counting.ts';
import { startFakeProvider } from '../fake/provider.ts';
import { packageDir } from '../package/package-dir.ts';
import { FAKE, newMarker } from '../tools/mcp-world.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';

/** The tool counts its calls in a file of its own: what a killed process did is on the disk, whoever asks. */
const CHAIN = `model: openai/gpt-4o-mini
tools:
  add:
    description: adds two numbers
    parameters: { a: integer, b: integer }
    run: 'node -e "const {a, b} = JSON.parse(process.env.INPUT); require(\\"fs\\").appendFileSync(\\"calls\\", b + \\"\\\\n\\"); console.log(\\"the sum is \\" + (a + b))"'
steps:
  - "Say hello to {input}"
  - { id: it, objective: "Add up", tools: [add], max_steps: 21 }
`;

test('killed with -9 in the middle of 20 calls and resumed, an agent repeats no turn and no call that finished', async () => {
  const add = addingUp('add', 20);
  await using fake = await startFakeProvider({
    replies: (request) => (JSON.stringify(request.body).includes('Say hello') ? { text: 'hello' } : add(request)),
  });
  using sandbox = openSandbox({ 'c.yaml': CHAIN });
  const env = { OPENAI_BASE_URL: fake.openaiUrl, OPENAI_API_KEY: 'sk-test-0000' };
  const child = start(sandbox, ['run', 'c.yaml', '-i', 'IN', '--trust'], env);
  await fake.received(10);
  const gone = new Promise((resolve) => child.on('exit', resolve));
  child.kill('SIGKILL');
  await gone;

  const before = finished(await sandbox.run(['runs', 'show', 'last', '--events']));
  const asked = fake.requests.length;
  assert.ok(before.turns >= 7 && before.turns < 15, JSON.stringify(before));
  const listed = await sandbox.run(['runs', 'list', '--json']);
  assert.match(listed.stdout, /interrupted/);

  const resumed = await sandbox.run(['runs', 'resume', 'last'], { env });
  assert.deepEqual({ code: resumed.code, stdout: resumed.stdout }, { code: 0, stdout: 'The sum is 210.\n' }, resumed.stderr);
  assert.equal(fake.requests.length - asked, 21 - before.turns);
  const calls = readFileSync(sandbox.path('calls'), 'utf8').trim().split('\n').map(Number);
  assert.deepEqual(
    calls,
    Array.from({ length: 20 }, (_, index) => index + 1),
  );

  const { stdout } = await sandbox.run(['runs', 'show', 'last', '--json']);
  const result = JSON.parse(stdout);
  assert.equal(result.status, 'success');
  assert.equal(result.steps.at(-1).tool_calls, 20);
  const again = await sandbox.run(['runs', 'resume', 'last'], { env });
  assert.equal(again.code, 1);
  assert.match(again.stderr, /PC8107.*has finished/);
});

test('a call that was under way when killed is repeated only by --repeat', async () => {
  const marker = newMarker();
  using sandbox = openSandbox({
    'c.yaml': `mcp: { it: { command: node, args: [${JSON.stringify(FAKE)}, good, ${marker}] } }
steps:
  - { id: one, tool: it.hang, timeout: 1s }
`,
  });
  const child = start(sandbox, ['run', 'c.yaml', '-i', 'IN', '--trust', '--jsonl'], {}, 'pipe');
  for await (const line of createInterface({ input: child.stdout as Readable }))
    if (JSON.parse(line).type === 'tool.started') child.kill('SIGKILL');
  const resume = (...more: string[]) => sandbox.run(['runs', 'resume', 'last', ...more]);
  for (const run of [await resume(), await resume()]) {
    assert.equal(run.code, 1);
    assert.match(run.stdout, /PC7005.*it\.hang.* may have been called already.*--repeat/);
  }
  assert.match((await resume('--repeat')).stdout, /PC6101.*timeout of 1 s/);
});

test('a failed run says how to go on; a changed chain is refused', async () => {
  await using fake = await startFakeProvider({ replies: [{ text: 'one' }, { status: 400 }, { text: 'two' }] });
  const chain = 'model: openai/gpt-4o-mini\nsteps:\n  - "First {input}"\n  - "Second {input}"\n';
  using sandbox = openSandbox({ 'c.yaml': chain });
  const env = { OPENAI_BASE_URL: fake.openaiUrl, OPENAI_API_KEY: 'sk-test-0000' };
  const failed = await sandbox.run(['run', 'c.yaml', '-i', 'IN'], { env });
  const [, id = ''] = /promptchain runs resume (\S+)\n$/.exec(failed.stderr) ?? [];
  assert.notEqual(id, '', failed.stderr);
  sandbox.write({ 'c.yaml': `${chain}# more\n` });
  const refused = await sandbox.run(['runs', 'resume', id], { env });
  assert.match(refused.stderr, /PC8108/);
  sandbox.write({ 'c.yaml': chain });
  const resumed = await sandbox.run(['runs', 'resume', id], { env });
  assert.deepEqual({ code: resumed.code, stdout: resumed.stdout }, { code: 0, stdout: 'two\n' }, resumed.stderr);
  assert.equal(fake.requests.length, 3);
});

test('a run whose input holds a secret keeps none of it and cannot be resumed', async () => {
  await using fake = await startFakeProvider({ replies: [{ text: 'one' }, { status: 400 }] });
  using sandbox = openSandbox({ 'c.yaml': 'model: openai/gpt-4o-mini\nsteps:\n  - "First {input}"\n  - "Second {input}"\n' });
  const env = { OPENAI_BASE_URL: fake.openaiUrl, OPENAI_API_KEY: 'sk-test-0000' };
  const failed = await sandbox.run(['run', 'c.yaml', '-i', 'my key is sk-test-0000'], { env });
  assert.doesNotMatch(failed.stderr, /runs resume/);
  const path = (await sandbox.run(['runs', 'path', 'last'])).stdout.trim();
  assert.doesNotMatch(readFileSync(path, 'utf8'), /sk-test-0000/);
  assert.match((await sandbox.run(['runs', 'resume', 'last'], { env })).stderr, /PC8107/);
});

function start(
  sandbox: Sandbox,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  stdout: 'pipe' | 'ignore' = 'ignore',
) {
  const home = join(sandbox.dir, '../home');
  return spawn(process.execPath, [join(packageDir, 'bin/promptchain.js'), ...args], {
    cwd: sandbox.dir,
    env: { PATH: process.env.PATH ?? '', HOME: home, PROMPTCHAIN_HOME: join(home, 'promptchain'), ...env },
    stdio: ['pipe', stdout, 'ignore'],
  });
}

/** The agent's turns and calls in a journal. */
function finished({ stdout }: { readonly stdout: string }): { readonly turns: number; readonly calls: number } {
  const types = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).type as string);
  const count = (type: string) => types.filter((each) => each === type).length;
  return { turns: count('turn.completed'), calls: count('tool.completed') };
}
