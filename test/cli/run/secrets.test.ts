import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startFakeProvider } from '../../fake/provider.ts';
import { openSandbox } from '../sandbox.ts';

const KEY = 'sk-canary-0123456789abcdef';
const SECRET = 'hunter2-canary';
const CHAIN = `models: [openai/gpt-4o-mini]
secrets: [DEPLOY_PIN]
steps:
  - { id: leak, run: 'printf "%s %s" "$DEPLOY_PIN" "$OPENAI_API_KEY"; echo "log $DEPLOY_PIN" >&2' }
  - "Say: {input}"
`;

describe('secrets', () => {
  it('are in no output and no file, also when a command prints them and a model repeats them in pieces', async () => {
    const half = Math.floor(SECRET.length / 2);
    await using fake = await startFakeProvider({
      fallback: { tokens: ['it is ', SECRET.slice(0, half), SECRET.slice(half), ' and ', KEY] },
    });
    const env = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: fake.openaiUrl, DEPLOY_PIN: SECRET };
    for (const args of [
      [],
      ['-v'],
      ['--debug'],
      ['--json'],
      ['--jsonl'],
      ['-o', 'out.txt'],
      ['--all-steps'],
      ['--log-file', 'log.txt'],
    ]) {
      using sandbox = openSandbox({ 'a.yaml': CHAIN });
      const { stdout, stderr, code } = await sandbox.run(['run', 'a.yaml', '-i', 'hi', ...args], { env });
      assert.equal(code, 0, stderr);
      for (const text of [stdout, stderr, ...filesUnder(join(sandbox.dir, '..'))]) {
        assert.ok(!text.includes(KEY) && !text.includes(SECRET), `${args.join(' ')}:\n${text}`);
      }
    }
  });

  it('are not in memory, which later runs read', async () => {
    using sandbox = openSandbox({
      'a.yaml': `secrets: [DEPLOY_PIN]
memory: { commit: each_step }
steps:
  - id: leak
    run: 'printf "%s %s" "$DEPLOY_PIN" "$OPENAI_API_KEY"'
    remember:
      text: "{steps.leak.output}"
      list: { append: "{steps.leak.output}", keep: 3 }
      map: { merge: { inner: "{steps.leak.output}" } }
      safe: nothing to hide
`,
    });
    const env = { OPENAI_API_KEY: KEY, DEPLOY_PIN: SECRET };
    const { code, stderr } = await sandbox.run(['run', 'a.yaml', '-i', 'hi'], { env });
    assert.equal(code, 0, stderr);
    assert.match(stderr, /warning\[PC8090\]: a secret is kept as \*\*\* in memory key "text"/);
    for (const text of filesUnder(join(sandbox.dir, '..'))) assert.ok(!text.includes(KEY) && !text.includes(SECRET), text);
    const kept = JSON.parse((await sandbox.run(['memory', 'export'])).stdout);
    assert.match(JSON.stringify(kept), /"inner":"\*\*\* \*\*\*"/);
    assert.match(JSON.stringify(kept), /"safe":"nothing to hide"/);
  });

  it('do not reach a provider in what a tool answers; a tool that a step calls itself hands them on', async () => {
    const call = (id: string, name: string) => ({ toolCalls: [{ id, name, arguments: '{}' }] });
    await using fake = await startFakeProvider({ replies: [call('c1', 'leak'), call('c2', 'fail'), { text: 'done' }] });
    using sandbox = openSandbox({
      'a.yaml': `models: [openai/gpt-4o-mini]
secrets: [DEPLOY_PIN]
tools:
  leak: { description: tells, run: 'printf "%s %s" "$DEPLOY_PIN" "$OPENAI_API_KEY"' }
  fail: { description: fails, run: 'echo "no: $OPENAI_API_KEY" >&2; exit 3' }
steps:
  - { objective: "Find out", tools: [leak, fail] }
  - { id: own, tool: leak }
  - { run: 'test "$(cat)" = "$DEPLOY_PIN $OPENAI_API_KEY" && echo same' }
`,
    });
    const env = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: fake.openaiUrl, DEPLOY_PIN: SECRET };
    const { code, stdout, stderr } = await sandbox.run(['run', 'a.yaml', '-i', 'hi'], { env });
    assert.deepEqual([code, stdout, fake.requests.length], [0, 'same\n', 3], stderr);
    const bodies = fake.requests.map(({ body }) => JSON.stringify(body));
    assert.match(bodies[1] ?? '', /\*\*\* \*\*\*/);
    assert.match(bodies[2] ?? '', /no: \*\*\*/);
    for (const body of bodies) assert.ok(!body.includes(KEY) && !body.includes(SECRET), body);
  });

  it('are not in errors that repeat them', async () => {
    await using fake = await startFakeProvider({ fallback: { status: 400, error: { message: `bad key ${KEY} and ${SECRET}` } } });
    using sandbox = openSandbox({ 'a.yaml': CHAIN });
    const env = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: fake.openaiUrl, DEPLOY_PIN: SECRET };
    for (const args of [[], ['--json'], ['--debug']]) {
      const { stdout, stderr, code } = await sandbox.run(['run', 'a.yaml', '-i', 'hi', ...args], { env });
      assert.equal(code, 1);
      for (const text of [stdout, stderr]) assert.ok(!text.includes(KEY) && !text.includes(SECRET), text);
    }
  });

  it('and everything else that is kept is for its owner alone', async () => {
    using sandbox = openSandbox({ 'a.yaml': 'steps:\n  - run: cat\n' });
    await sandbox.run(['run', 'a.yaml', '-i', 'hi', '--log-file', 'log.txt']);
    const runs = join(sandbox.dir, '../home/promptchain/state/runs');
    const [file = ''] = readdirSync(runs);
    assert.equal(statSync(runs).mode & 0o777, 0o700);
    for (const path of [join(runs, file), sandbox.path('log.txt')]) assert.equal(statSync(path).mode & 0o777, 0o600);
  });
});

describe('in GitHub Actions', () => {
  const env = { GITHUB_ACTIONS: 'true' };

  it('what a model says is between stop-commands and its random token', async () => {
    using sandbox = openSandbox({ 'a.yaml': 'models: [echo/x]\nsteps: ["{input}", "{input}"]\n' });
    const { stdout, stderr } = await sandbox.run(['run', 'a.yaml', '-v', '-i', '::error::pwned\n##[add-path]/evil'], { env });
    assert.equal(stdout, '::error::pwned\n##[add-path]/evil\n', 'stdout has the exact bytes');
    const token = /^::stop-commands::([0-9a-f]{32})\n/.exec(stderr)?.[1] ?? '';
    assert.notEqual(token, '');
    assert.ok(stderr.endsWith(`::${token}::\n`));
    assert.match(stderr, /pwned/);
  });

  it('a failure is an annotation, after the token', async () => {
    using sandbox = openSandbox({ 'a.yaml': 'steps:\n  - { id: boom, run: exit 3 }\n' });
    const { stderr } = await sandbox.run(['run', 'a.yaml', '-i', 'hi'], { env });
    assert.match(stderr, /\n::[0-9a-f]{32}::\n::error title=PC7101::step "boom": .*\n$/);
  });

  it('problems of a file point at their lines', async () => {
    using sandbox = openSandbox({ 'a.yaml': 'steps:\n  - promt: "{input}"\n  - promtp: "{input}"\n' });
    const { stderr } = await sandbox.run(['run', 'a.yaml', '-i', 'hi'], { env });
    const lines = stderr.split('\n').filter((line) => line.startsWith('::error file=a.yaml,line='));
    assert.equal(lines.length, 2);
  });

  it('JSON stays alone', async () => {
    using sandbox = openSandbox({ 'a.yaml': 'models: [echo/x]\nsteps: ["{input}"]\n' });
    const { stdout, stderr } = await sandbox.run(['run', 'a.yaml', '--json', '-i', '##[add-path]/evil'], { env });
    assert.equal(stderr, '');
    assert.ok(!stdout.includes('##['));
    assert.equal(JSON.parse(stdout).output, '##[add-path]/evil');
  });
});

function filesUnder(dir: string): readonly string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}
