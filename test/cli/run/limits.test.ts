import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FakeProvider, type Reply, startFakeProvider } from '../../fake/provider.ts';
import { openSandbox } from '../sandbox.ts';

/** Each answer costs $0.001 at this price. */
const PRICED = 'models: { m: { model: openai/own, price: { input: 0, output: 20 } } }\nmodel: m\n';
const THREE = 'steps:\n  - "a {input}"\n  - "b {input}"\n  - "c {input}"\n';
const DEAR: Reply = { usage: { input: 500, output: 50 } };

function envOf(fake: FakeProvider): Record<string, string> {
  return { OPENAI_BASE_URL: fake.openaiUrl, OPENAI_API_KEY: 'sk-test-0000' };
}

test('the cost of a known model is told: of steps, of the run, on stderr and by runs show; attempts that failed count', async () => {
  const broken: Reply = { text: 'half of it is lost', reset: 'mid' };
  await using fake = await startFakeProvider({
    replies: [{ usage: { input: 1_000_000, output: 100_000, cached: 400_000 } }, broken, { usage: { input: 10, output: 10 } }],
  });
  using sandbox = openSandbox({
    'c.yaml': 'model: openai/gpt-4o-mini\nsteps:\n  - "a {input}"\n  - { prompt: "b {input}", retry: 2 }\n',
  });
  const { stdout } = await sandbox.run(['run', 'c.yaml', '-i', 'x', '--json'], { env: envOf(fake) });
  const result = JSON.parse(stdout);
  // $0.15 for a million tokens in, $0.075 for a million from the cache, $0.60 for a million out.
  assert.ok(Math.abs(result.steps[0].cost_usd - (0.6 * 0.15 + 0.4 * 0.075 + 0.1 * 0.6)) < 1e-9, stdout);
  assert.equal(result.steps[1].attempts, 2);
  assert.equal(result.steps[1].usage.estimated, true, 'the attempt that broke off told no usage');
  assert.ok(result.steps[1].usage.output_tokens > 10);
  assert.ok(Math.abs(result.cost_usd - result.steps[0].cost_usd - result.steps[1].cost_usd) < 1e-12);

  const shown = await sandbox.run(['runs', 'show', 'last']);
  assert.match(shown.stdout, /1000\d\d\d tokens in, 1000\d\d out, \$0\.18\d\d/);
  fake.reply({ usage: { input: 1_000_000, output: 0 } });
  const told = await sandbox.run(['run', 'c.yaml', '-i', 'x'], { env: envOf(fake) });
  assert.match(told.stderr, /\$0\.15\d\d/);
});

test('an unknown price is null and said to be unknown; local models cost nothing', async () => {
  await using fake = await startFakeProvider();
  using sandbox = openSandbox({ 'c.yaml': 'steps: ["a {input}"]\n' });
  const env = { ...envOf(fake), OLLAMA_HOST: fake.url };
  const unknown = await sandbox.run(['run', 'c.yaml', '-i', 'x', '--json', '-m', 'openai/nobody-knows'], { env });
  assert.equal(JSON.parse(unknown.stdout).cost_usd, null);
  const local = await sandbox.run(['run', 'c.yaml', '-i', 'x', '--json', '-m', 'ollama/qwen3'], { env });
  assert.equal(JSON.parse(local.stdout).cost_usd, 0);
  const plain = await sandbox.run(['run', 'c.yaml', '-i', 'x', '-m', 'openai/nobody-knows'], { env });
  assert.match(plain.stderr, /cost unknown/);
});

test('limits.cost stops before the call that would exceed it, exit 6; resumed with a higher limit, what is spent counts', async () => {
  await using fake = await startFakeProvider({ fallback: DEAR });
  using sandbox = openSandbox({ 'c.yaml': `${PRICED}limits: { cost: 0.0025 }\n${THREE}` });
  const env = envOf(fake);
  const stopped = await sandbox.run(['run', 'c.yaml', '-i', 'x', '--json'], { env });
  const result = JSON.parse(stopped.stdout);
  assert.deepEqual([stopped.code, result.status, result.error.code], [6, 'limited', 'PC9002'], stopped.stdout);
  assert.equal(fake.requests.length, 2);
  assert.match(result.resume, /^promptchain runs resume /);

  const again = await sandbox.run(['runs', 'resume', 'last', '--max-cost', '0.0029'], { env });
  assert.deepEqual([again.code, fake.requests.length], [6, 2], again.stderr);
  assert.match(again.stdout, /PC9002.*\$0\.0020 is spent/);
  const done = await sandbox.run(['runs', 'resume', 'last', '--max-cost', '0.0031'], { env });
  assert.deepEqual([done.code, fake.requests.length], [0, 3], done.stderr);
  const { cost_usd, usage } = JSON.parse((await sandbox.run(['runs', 'show', 'last', '--json'])).stdout);
  assert.deepEqual([cost_usd.toFixed(6), usage.input_tokens], ['0.003000', 1500]);
});

test('calls that failed are among what a resumed run has spent', async () => {
  const refused: Reply = { ...DEAR, finish: 'refusal', text: 'no' };
  await using fake = await startFakeProvider({ replies: [DEAR, refused], fallback: DEAR });
  using sandbox = openSandbox({ 'c.yaml': `${PRICED}${THREE}` });
  const env = envOf(fake);
  const failed = JSON.parse((await sandbox.run(['run', 'c.yaml', '-i', 'x', '--json'], { env })).stdout);
  assert.deepEqual([failed.status, failed.cost_usd.toFixed(6)], ['failed', '0.002000']);
  const limited = await sandbox.run(['runs', 'resume', 'last', '--max-cost', '0.0035'], { env });
  assert.deepEqual([limited.code, fake.requests.length], [6, 3], limited.stderr);
  const done = await sandbox.run(['runs', 'resume', 'last', '--max-cost', '0.0045'], { env });
  assert.deepEqual([done.code, fake.requests.length], [0, 4], done.stderr);
});

test('max_tokens bounds the call that is refused: the estimate is made before it is sent', async () => {
  await using fake = await startFakeProvider({ fallback: DEAR });
  using sandbox = openSandbox({ 'c.yaml': `${PRICED}steps:\n  - { prompt: "a {input}", max_tokens: 1000 }\n` });
  const { code, stderr } = await sandbox.run(['run', 'c.yaml', '-i', 'x', '--max-cost', '0.005'], { env: envOf(fake) });
  assert.deepEqual([code, fake.requests.length], [6, 0], stderr);
});

test('calls and tokens are limited too, by the chain and, over it, by flags', async () => {
  await using fake = await startFakeProvider({ fallback: DEAR });
  using sandbox = openSandbox({ 'c.yaml': `model: openai/any\nlimits: { calls: 1, tokens: 1200 }\n${THREE}` });
  const env = envOf(fake);
  const calls = await sandbox.run(['run', 'c.yaml', '-i', 'x'], { env });
  assert.deepEqual([calls.code, fake.requests.length], [6, 1]);
  assert.match(calls.stderr, /PC9004/);
  const tokens = await sandbox.run(['runs', 'resume', 'last', '--max-turns', '10'], { env });
  assert.deepEqual([tokens.code, fake.requests.length], [6, 2], tokens.stderr);
  assert.match(tokens.stderr, /PC9003/);
  const done = await sandbox.run(['runs', 'resume', 'last', '--max-turns', '10', '--max-tokens-total', '5000'], { env });
  assert.deepEqual([done.code, fake.requests.length], [0, 3], done.stderr);
});

test('the time a chain allows ends its run, and a longer one lets it go on', async () => {
  await using fake = await startFakeProvider({ replies: [{ text: 'one' }, { stall: 'before' }] });
  using sandbox = openSandbox({ 'c.yaml': `model: openai/any\nlimits: { time: 1s }\n${THREE}` });
  const env = envOf(fake);
  const late = await sandbox.run(['run', 'c.yaml', '-i', 'x'], { env });
  assert.equal(late.code, 6, late.stderr);
  assert.match(late.stderr, /PC9001/);
  const done = await sandbox.run(['runs', 'resume', 'last', '--timeout', '60s'], { env });
  assert.deepEqual([done.code, fake.requests.length], [0, 4], done.stderr);
});

test('a limit on the cost of a model without a price is refused before anything is sent', async () => {
  await using fake = await startFakeProvider();
  using sandbox = openSandbox({
    'c.yaml': 'model: openai/nobody-knows\nsteps: ["a {input}"]\n',
    'l.yaml': 'model: openai/nobody-knows\nlimits: { cost: 1 }\nsteps: ["a {input}"]\n',
  });
  const flag = await sandbox.run(['run', 'c.yaml', '-i', 'x', '--max-cost', '1'], { env: envOf(fake) });
  const key = await sandbox.run(['run', 'l.yaml', '-i', 'x'], { env: envOf(fake) });
  assert.deepEqual([flag.code, key.code, fake.requests.length], [2, 3, 0], flag.stderr + key.stderr);
  for (const { stderr } of [flag, key]) assert.match(stderr, /PC9005.*nobody-knows[\s\S]*price: \{input/);
});

test('a step that goes on after errors does not go on past a limit; a called chain keeps its own', async () => {
  await using fake = await startFakeProvider({ fallback: DEAR });
  using sandbox = openSandbox({
    'c.yaml':
      'model: openai/any\nlimits: { calls: 1 }\nsteps:\n  - "a {input}"\n  - { prompt: "b {input}", on_error: continue }\n',
    'outer.yaml': 'model: openai/any\nlimits: { calls: 9 }\nsteps:\n  - "a {input}"\n  - { chain: ./inner.yaml }\n',
    'inner.yaml': 'model: openai/any\nlimits: { calls: 1 }\nsteps:\n  - "b {input}"\n  - "c {input}"\n',
  });
  const own = await sandbox.run(['run', 'c.yaml', '-i', 'x'], { env: envOf(fake) });
  assert.deepEqual([own.code, fake.requests.length], [6, 1], own.stderr);
  const inner = await sandbox.run(['run', 'outer.yaml', '-i', 'x'], { env: envOf(fake) });
  assert.deepEqual([inner.code, fake.requests.length], [6, 3], inner.stderr);
});

test('a dry run tells the most a call can cost, where that is known', async () => {
  const steps = [
    '{ prompt: "Say hello", max_tokens: 1000 }',
    '{ prompt: "b {steps.one.output}", id: two, max_tokens: 10 }',
    '{ prompt: "c", model: openai/nobody-knows, max_tokens: 10 }',
    '{ prompt: "d", model: ollama/x }',
  ];
  using sandbox = openSandbox({
    'c.yaml': `${PRICED}steps:\n  - { set: x, id: one }\n${steps.map((step) => `  - ${step}\n`).join('')}`,
  });
  const { stdout, stderr } = await sandbox.run(['run', 'c.yaml', '--dry-run']);
  const heads = stdout.split('\n').filter((line) => line.includes('(prompt'));
  assert.deepEqual(
    heads,
    [
      '2 (prompt, openai/own): at most about $0.0200 a call',
      'two (prompt, openai/own): cost unknown',
      '4 (prompt, openai/nobody-knows): cost unknown',
      '5 (prompt, ollama/x)',
    ],
    stderr,
  );
});

test('the turns of an agent count, those that failed too', async () => {
  const call: Reply = {
    ...DEAR,
    toolCalls: [{ id: 'c1', name: 'calculator', arguments: '{"expression":"1+1"}' }],
    finish: 'tool_calls',
  };
  await using fake = await startFakeProvider({ replies: [call, { status: 500 }, call], fallback: DEAR });
  using sandbox = openSandbox({
    'c.yaml': `${PRICED}steps:\n  - { objective: "add {input}", tools: [calculator], max_steps: 9 }\n`,
  });
  const { stdout, code } = await sandbox.run(['run', 'c.yaml', '-i', 'x', '--json', '--max-turns', '3'], { env: envOf(fake) });
  const { usage, cost_usd, steps } = JSON.parse(stdout);
  assert.deepEqual([code, fake.requests.length, usage.input_tokens, cost_usd.toFixed(6)], [6, 3, 1000, '0.002000'], stdout);
  assert.deepEqual([steps[0].usage.input_tokens, steps[0].cost_usd.toFixed(6)], [1000, '0.002000']);
});
