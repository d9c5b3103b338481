import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSandbox } from '../cli/sandbox.ts';
import { startFakeProvider } from '../fake/provider.ts';

async function talk(
  yaml: string,
  replies: Parameters<typeof startFakeProvider>[0] = {},
  args: readonly string[] = [],
  more: Readonly<Record<string, string>> = {},
) {
  await using fake = await startFakeProvider(replies);
  using sandbox = openSandbox({ 'c.yaml': yaml, ...more });
  const env = {
    OPENAI_BASE_URL: fake.openaiUrl,
    OPENAI_API_KEY: 'sk-test-0000',
    ANTHROPIC_BASE_URL: fake.anthropicUrl,
    ANTHROPIC_API_KEY: 'sk-ant-test-0000',
  };
  const ended = await sandbox.run(['run', 'c.yaml', '-i', 'IN', ...args], { env });
  return { ...ended, requests: fake.requests.map((request) => request.body) };
}

type Sent = { role: string; content: string }[];
const sent = (body: Record<string, unknown> | undefined) =>
  ((body?.messages ?? []) as Sent).map(({ role, content }) => [role, content]);

test('each step sends its prompt, system text, model and parameters, and nothing of the others', async () => {
  const { stdout, requests, stderr, code } = await talk(
    `models: { fast: { model: openai/gpt-4o-mini, temperature: 0.3 } }
model: fast
steps:
  - "First: {input}"
  - { prompt: "Second: {input}", system: "Be brief.", temperature: 0, max_tokens: 50 }
  - { prompt: "Third: {input}", model: anthropic/claude-sonnet-4-5 }
`,
    { replies: [{ text: 'one' }, { text: 'two' }, { text: 'three' }] },
  );
  assert.equal(code, 0, stderr);
  assert.equal(stdout, 'three\n');
  assert.deepEqual(sent(requests[0]), [['user', 'First: IN']]);
  assert.equal(requests[0]?.temperature, 0.3);
  assert.deepEqual(sent(requests[1]), [
    ['system', 'Be brief.'],
    ['user', 'Second: one'],
  ]);
  assert.equal(requests[1]?.temperature, 0);
  assert.equal(requests[2]?.model, 'claude-sonnet-4-5');
});

test('history sends the earlier prompts and answers of the chain: all of them, or the last n', async () => {
  const { requests } = await talk(
    `model: openai/gpt-4o-mini
steps:
  - "A {input}"
  - "B {input}"
  - { prompt: "C", history: 1 }
  - { prompt: "D", history: full }
`,
    { replies: [{ text: 'a' }, { text: 'b' }, { text: 'c' }, { text: 'd' }] },
  );
  assert.deepEqual(sent(requests[1]), [['user', 'B a']]);
  assert.deepEqual(
    sent(requests[2]).map(([, text]) => text),
    ['B a', 'b', 'C'],
  );
  assert.deepEqual(
    sent(requests[3]).map(([, text]) => text),
    ['A IN', 'a', 'B a', 'b', 'C', 'c', 'D'],
  );
});

test('what a placeholder brings in is never scanned again', async () => {
  const { requests } = await talk('model: openai/gpt-4o-mini\nsteps:\n  - "A {input}"\n  - "B {input}"\n', {
    replies: [{ text: '{input} {steps.x.output} ${HOME}' }, { text: 'ok' }],
  });
  assert.deepEqual(sent(requests[1]), [['user', 'B {input} {steps.x.output} ${HOME}']]);
});

test('a strategy stands before the prompt and techniques after it; braces that are no placeholder stay', async () => {
  const { requests, stderr } = await talk(
    'model: openai/gpt-4o-mini\nsteps:\n  - prompt: \'Data {"a": {input}} and ${x}\'\n    strategy: cot\n    techniques: [step_by_step, "few_shot:2"]\n',
  );
  const [[, text]] = sent(requests[0]) as [[string, string]];
  assert.ok(text.indexOf('Data {"a": IN} and ${x}') > 10, stderr);
  assert.ok(text.length > text.indexOf('and ${x}') + 20);
});

test('a prompt file gives the text and, in front matter, the model and parameters', async () => {
  const { requests, stderr } = await talk('model: openai/gpt-4o\nsteps:\n  - prompt: { file: prompts/p.md }\n', {}, [], {
    'prompts/p.md': '---\ndescription: a test\nmodel: openai/gpt-4o-mini\ntemperature: 0.7\n---\nFrom a file: {input}\n',
  });
  assert.equal(requests[0]?.model, 'gpt-4o-mini', stderr);
  assert.equal(requests[0]?.temperature, 0.7);
  assert.match(sent(requests[0])[0]?.[1] ?? '', /^From a file: IN/);
});

test('a refusal and an empty answer are failures, a cut answer is told', async () => {
  const empty = await talk('model: openai/gpt-4o-mini\nsteps: ["A {input}"]\n', { replies: [{ text: '' }] });
  assert.equal(empty.code, 1);
  assert.match(empty.stderr, /PC5302/);
  const cut = await talk('model: openai/gpt-4o-mini\nsteps: ["A {input}"]\n', {
    replies: [{ text: 'half of', finish: 'length' }],
  });
  assert.equal(cut.code, 0);
  assert.equal(cut.stdout, 'half of\n');
  assert.match(cut.stderr, /PC5303|token limit/);
});

test('a failure of the moment is ridden out, with the whole text once on stdout', async () => {
  const { code, stdout, requests } = await talk('model: openai/gpt-4o-mini\nsteps: ["A {input}"]\n', {
    replies: [{ status: 429, retryAfterMs: '120' }, { status: 500 }, { text: 'whole' }],
  });
  assert.equal(stdout, 'whole\n');
  assert.equal(code, 0);
  assert.equal(requests.length, 3);
});
