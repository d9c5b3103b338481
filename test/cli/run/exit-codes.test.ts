import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { type FakeOptions, startFakeProvider } from '../../fake/provider.ts';
import { openSandbox } from '../sandbox.ts';

const MODEL = 'models: [openai/gpt-4o-mini]\nsteps:\n  - { id: ask, prompt: "{input}", retry: 1 }\n';
const KEY = { OPENAI_API_KEY: 'sk-test-0123456789' };

interface Case {
  readonly name: string;
  readonly chain: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly fake?: FakeOptions;
  readonly code: number;
  readonly error?: RegExp;
}

const cases: readonly Case[] = [
  { name: 'a run that went well', chain: 'steps:\n  - run: cat\n', code: 0 },
  {
    name: 'a run that went well after a retry',
    chain: 'models: [openai/gpt-4o-mini]\nsteps: ["{input}"]\n',
    env: KEY,
    fake: { replies: [{ status: 503 }] },
    code: 0,
  },
  { name: 'a step that failed and may', chain: 'steps:\n  - { run: exit 3, on_error: continue }\n  - run: cat\n', code: 0 },
  {
    name: 'a chain that stopped itself in good order',
    chain: 'steps:\n  - run: cat\n  - { stop: enough }\n  - run: exit 3\n',
    code: 0,
  },
  {
    name: 'a chain that stopped itself as failed',
    chain: 'steps:\n  - { stop: "no good", status: failed }\n',
    code: 1,
    error: /PC9101.*no good/,
  },
  { name: 'a command that failed', chain: 'steps:\n  - run: exit 3\n', code: 1, error: /PC7101/ },
  { name: 'an empty result', chain: 'steps:\n  - run: "true"\n', code: 1, error: /PC9102/ },
  { name: 'an empty result that is allowed', chain: 'allow_empty: true\nsteps:\n  - run: "true"\n', code: 0 },
  {
    name: 'a refused request',
    chain: MODEL,
    env: KEY,
    fake: { fallback: { status: 400, error: { message: 'no' } } },
    code: 1,
    error: /PC5010/,
  },
  {
    name: 'an exhausted quota',
    chain: MODEL,
    env: KEY,
    fake: { fallback: { status: 429, error: { code: 'insufficient_quota' } } },
    code: 1,
    error: /PC5013/,
  },
  { name: 'an unknown option', chain: MODEL, args: ['--nonsense'], code: 2, error: /PC2003/ },
  {
    name: 'options that exclude each other',
    chain: MODEL,
    args: ['--input-file', 'a.yaml'],
    code: 2,
    error: /PC2001.*--input and --input-file/,
  },
  {
    name: 'an input that is missing',
    chain: 'inputs: { a: { required: true } }\nsteps: ["{inputs.a}"]\nmodels: [echo/x]\n',
    code: 2,
    error: /PC2024/,
  },
  { name: 'a chain file with errors', chain: 'steps:\n  - promt: "{input}"\n', code: 3, error: /did you mean "prompt"/ },
  { name: 'a chain file that is not YAML', chain: 'steps: [\n', code: 3 },
  { name: 'a warning with --strict', chain: 'models: [echo/x]\nsteps: ["no placeholder"]\n', args: ['--strict'], code: 3 },
  { name: 'a missing key', chain: MODEL, code: 4, error: /PC4001.*OPENAI_API_KEY/ },
  { name: 'a missing secret', chain: 'secrets: [GITHUB_TOKEN]\nsteps:\n  - run: cat\n', code: 4, error: /PC4020.*GITHUB_TOKEN/ },
  { name: 'a refused key', chain: MODEL, env: KEY, fake: { fallback: { status: 401 } }, code: 4, error: /PC4002/ },
  {
    name: 'the time limit of the run',
    chain: MODEL,
    env: KEY,
    args: ['--timeout', '400ms'],
    fake: { fallback: { stall: 'before' } },
    code: 6,
    error: /PC9001/,
  },
  { name: 'a rate limit that stays', chain: MODEL, env: KEY, fake: { fallback: { status: 429 } }, code: 7, error: /PC6001/ },
  { name: 'an overload that stays', chain: MODEL, env: KEY, fake: { fallback: { status: 503 } }, code: 7 },
  {
    name: 'a provider that cannot be reached',
    chain: MODEL,
    env: { ...KEY, OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' },
    code: 7,
    error: /PC6005/,
  },
  {
    name: '--require-llm without one',
    chain: 'models: [echo/x]\nsteps: ["{input}"]\n',
    args: ['--require-llm'],
    code: 2,
    error: /not a language model/,
  },
  {
    name: 'memory named for a chain without any',
    chain: 'steps:\n  - run: cat\n',
    args: ['--memory', 'x'],
    code: 2,
    error: /PC2027/,
  },
];

describe('exit codes of run', () => {
  for (const { name, chain, args = [], env = {}, fake: options, code, error } of cases) {
    it(`${code}: ${name}`, async () => {
      await using fake = await startFakeProvider(options);
      using sandbox = openSandbox({ 'a.yaml': chain });
      const own = { ...(options === undefined ? {} : { OPENAI_BASE_URL: fake.openaiUrl }), ...env };
      const ended = await sandbox.run(['run', 'a.yaml', '-i', 'hi', ...args], { env: own });
      assert.equal(ended.code, code, ended.stderr);
      if (error !== undefined) assert.match(ended.stderr.replaceAll('\n', ' '), error);
      assert.doesNotMatch(ended.stderr, /\n {4}at /, 'no stack trace');
    });
  }

  it('are the same in JSON, in the result itself too', async () => {
    for (const { chain, args = [], env = {}, fake: options, code } of cases) {
      await using fake = await startFakeProvider(options);
      using sandbox = openSandbox({ 'a.yaml': chain });
      const own = { ...(options === undefined ? {} : { OPENAI_BASE_URL: fake.openaiUrl }), ...env };
      const ended = await sandbox.run(['run', 'a.yaml', '-i', 'hi', '--json', ...args], { env: own });
      const { exit_code, status } = JSON.parse(ended.stdout);
      assert.deepEqual([ended.code, exit_code, status === 'success'], [code, code, code === 0]);
    }
  });

  it('4: every missing key at once, before anything is run or paid for', async () => {
    await using fake = await startFakeProvider();
    using sandbox = openSandbox({
      'a.yaml': `steps:
  - { run: touch ran }
  - { prompt: "{input}", model: openai/gpt-4o-mini }
  - { prompt: "{input}", model: anthropic/claude-sonnet-4-5 }
  - { prompt: "{input}", model: groq/llama }
`,
    });
    const { code, stderr } = await sandbox.run(['run', 'a.yaml', '-i', 'hi'], {
      env: { ...KEY, OPENAI_BASE_URL: fake.openaiUrl },
    });
    assert.equal(code, 4);
    assert.match(stderr, /ANTHROPIC_API_KEY is not set[\s\S]*GROQ_API_KEY is not set[\s\S]*keys are ready for: openai/);
    assert.equal(fake.requests.length, 0);
    assert.ok(!existsSync(sandbox.path('ran')));
  });

  it('2: a chain file in the place of the command', async () => {
    using sandbox = openSandbox({ 'a.yaml': MODEL });
    const { code, stderr } = await sandbox.run(['a.yaml']);
    assert.equal(code, 2);
    assert.match(stderr, /did you mean "promptchain run a\.yaml"\?/);
  });

  it('a result that broke off in the middle is told to be incomplete and is not a success', async () => {
    await using fake = await startFakeProvider({ fallback: { tokens: ['one ', 'two ', 'three ', 'four'], truncate: 'mid' } });
    using sandbox = openSandbox({ 'a.yaml': 'models: [openai/gpt-4o-mini]\nsteps: ["{input}"]\n' });
    const { code, stdout, stderr } = await sandbox.run(['run', 'a.yaml', '-i', 'hi'], {
      env: { ...KEY, OPENAI_BASE_URL: fake.openaiUrl },
    });
    assert.equal(code, 7);
    assert.match(stdout, /^one /);
    assert.match(stderr, /the output above is incomplete/);
    assert.equal(fake.requests.length, 1, 'what is on stdout is not asked for again');
  });
});
