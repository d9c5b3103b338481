import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FakeProvider, type Reply, startFakeProvider } from '../../fake/provider.ts';
import { openSandbox } from '../sandbox.ts';

const MODELS = `models:
  smart: { model: anthropic/claude-sonnet-4-5, max_tokens: 900, fallback: [spare, openai/last] }
  spare: { model: openai/spare, temperature: 0.5 }
`;

function envOf(fake: FakeProvider): Record<string, string> {
  return {
    OPENAI_BASE_URL: fake.openaiUrl,
    OPENAI_API_KEY: 'sk-test-0000',
    ANTHROPIC_BASE_URL: fake.anthropicUrl,
    ANTHROPIC_API_KEY: 'sk-ant-0000',
  };
}

const models = (fake: FakeProvider): readonly unknown[] => fake.requests.map(({ body }) => body.model);

test('another model answers once the attempts of the first are over; it is named on stderr, in the result, and asked its own way', async () => {
  await using fake = await startFakeProvider({ replies: [{ status: 500 }, { status: 503 }], fallback: { text: 'from spare' } });
  using sandbox = openSandbox({
    'c.yaml': `${MODELS}model: smart\nsteps:\n  - { prompt: "a {input}", retry: 2, max_tokens: 50 }\n`,
  });
  const { code, stdout, stderr } = await sandbox.run(['run', 'c.yaml', '-i', 'x'], { env: envOf(fake) });
  assert.deepEqual([code, stdout], [0, 'from spare\n'], stderr);
  assert.deepEqual(models(fake), ['claude-sonnet-4-5', 'claude-sonnet-4-5', 'spare']);
  assert.match(
    stderr,
    /warning\[PC6103\]: 1: openai\/spare answers in place of anthropic\/claude-sonnet-4-5, which failed: .*503/,
  );
  const { temperature, max_tokens } = fake.requests[2]?.body ?? {};
  assert.deepEqual([temperature, max_tokens], [0.5, 50]);
  const { steps, warnings } = JSON.parse((await sandbox.run(['runs', 'show', 'last', '--json'])).stdout);
  assert.deepEqual([steps[0].model, steps[0].attempts, warnings[0].code], ['openai/spare', 3, 'PC6103']);
});

for (const [why, reply] of [
  ['a key that is refused', { status: 401 }],
  ['an exhausted quota', { status: 429, error: { code: 'insufficient_quota' } }],
  ['a model that is gone', { status: 404 }],
  ['a request that is refused', { status: 400 }],
  ['a context that is too small', { status: 400, error: { message: 'prompt is too long: 9 tokens > 8 maximum' } }],
  ['an empty answer', { text: '' }],
] as const satisfies readonly (readonly [string, Reply])[]) {
  test(`${why} is passed on at once`, async () => {
    await using fake = await startFakeProvider({ replies: [reply], fallback: { text: 'yes' } });
    using sandbox = openSandbox({ 'c.yaml': `${MODELS}model: smart\nsteps:\n  - "a {input}"\n` });
    const { code, stdout, stderr } = await sandbox.run(['run', 'c.yaml', '-i', 'x'], { env: envOf(fake) });
    assert.deepEqual([code, stdout, models(fake)], [0, 'yes\n', ['claude-sonnet-4-5', 'spare']], stderr);
  });
}

test('a step has fallbacks of its own; the last error is told when all fail', async () => {
  await using fake = await startFakeProvider({ fallback: { status: 400 } });
  using sandbox = openSandbox({
    'c.yaml': `${MODELS}steps:\n  - { prompt: "a {input}", model: openai/first, fallback: [openai/other, smart] }\n`,
  });
  const { code, stderr } = await sandbox.run(['run', 'c.yaml', '-i', 'x'], { env: envOf(fake) });
  assert.deepEqual([code, models(fake)], [1, ['first', 'other', 'claude-sonnet-4-5', 'spare', 'last']], stderr);
  assert.match(stderr, /error\[PC5010\]/);
});

test('text that is out is not said again by another model, nor is a limit passed on', async () => {
  await using fake = await startFakeProvider({ replies: [{ text: 'half of it is here', truncate: 'mid' }] });
  using sandbox = openSandbox({ 'c.yaml': `${MODELS}model: smart\nsteps:\n  - "a {input}"\n` });
  const cut = await sandbox.run(['run', 'c.yaml', '-i', 'x'], { env: envOf(fake) });
  assert.deepEqual([cut.code, fake.requests.length], [7, 1], cut.stderr);
  const late = await sandbox.run(['run', 'c.yaml', '-i', 'x', '--max-cost', '0.000001'], { env: envOf(fake) });
  assert.deepEqual([late.code, fake.requests.length], [2, 1], 'openai/spare has no price');
});

test('a turn of an agent is passed on', async () => {
  const call = {
    toolCalls: [{ id: 'c1', name: 'calculator', arguments: '{"expression":"1+1"}' }],
    finish: 'tool_calls',
  } as const;
  await using fake = await startFakeProvider({ replies: [call, { status: 400 }, { text: 'two' }] });
  using sandbox = openSandbox({ 'c.yaml': `${MODELS}model: smart\nsteps:\n  - { objective: "add", tools: [calculator] }\n` });
  const { code, stdout, stderr } = await sandbox.run(['run', 'c.yaml', '-i', 'x'], { env: envOf(fake) });
  assert.deepEqual([code, stdout], [0, 'two\n'], stderr);
  assert.deepEqual(models(fake), ['claude-sonnet-4-5', 'claude-sonnet-4-5', 'spare']);
  assert.match(stderr, /PC6103/);
});

test('keys of fallbacks are looked for before the first call', async () => {
  await using fake = await startFakeProvider();
  using sandbox = openSandbox({ 'c.yaml': `${MODELS}model: smart\nsteps:\n  - "a {input}"\n` });
  const { OPENAI_API_KEY: _, ...env } = envOf(fake);
  const { code, stderr } = await sandbox.run(['run', 'c.yaml', '-i', 'x'], { env });
  assert.deepEqual([code, fake.requests.length], [4, 0], stderr);
  assert.match(stderr, /OPENAI_API_KEY/);
});

test('a fallback that is unknown, or leads in a circle, is an error of the file', async () => {
  using sandbox = openSandbox({
    'c.yaml': `models:
  a: { model: openai/a, fallback: [b] }
  b: { model: openai/b, fallback: [a] }
  c: { model: openai/c, fallback: [smrat] }
steps:
  - { prompt: "a {input}", model: openai/x, fallback: [nope] }
  - { run: "true", fallback: [a] }
`,
  });
  const { code, stderr } = await sandbox.run(['validate', 'c.yaml']);
  assert.equal(code, 3);
  for (const line of [/PC1203.*"a"[\s\S]*c\.yaml:3:/, /PC1201.*smrat/, /PC1201.*nope/, /PC1102.*fallback/])
    assert.match(stderr, line);
});

test('the silence that ends a call can be said for a model', async () => {
  await using fake = await startFakeProvider({
    replies: [{ text: 'one two three four', stall: 'mid' }],
    fallback: { text: 'whole' },
  });
  using sandbox = openSandbox({
    'c.yaml': 'models: { m: { model: openai/m, idle_timeout: 300ms } }\nmodel: m\nsteps:\n  - "a {input}"\n  - "b {input}"\n',
  });
  const { code, stdout, stderr } = await sandbox.run(['run', 'c.yaml', '-i', 'x'], { env: envOf(fake) });
  assert.deepEqual([code, stdout, fake.requests.length], [0, 'whole\n', 3], stderr);
  assert.match(stderr, /sent nothing more within 0\.3 s/);
});
