import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import type { JsonObject } from '../../src/core/json.ts';
import { openSandbox } from '../cli/sandbox.ts';
import { type FakeOptions, startFakeProvider } from '../fake/provider.ts';

interface Talk {
  readonly yaml: string;
  readonly replies?: FakeOptions['replies'];
  readonly args?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
}

async function talk({ yaml, replies = [], args = [], files = {} }: Talk) {
  await using fake = await startFakeProvider({ replies });
  using sandbox = openSandbox({ 'c.yaml': yaml, ...files });
  const env = {
    OPENAI_BASE_URL: fake.openaiUrl,
    OPENAI_API_KEY: 'sk-test-0000',
    ANTHROPIC_BASE_URL: fake.anthropicUrl,
    ANTHROPIC_API_KEY: 'sk-ant-test-0000',
    OLLAMA_HOST: fake.url,
    DEEPSEEK_BASE_URL: fake.openaiUrl,
    DEEPSEEK_API_KEY: 'sk-test-0000',
  };
  const ended = await sandbox.run(['run', 'c.yaml', '-i', 'IN', ...args], { env });
  return { ...ended, requests: fake.requests };
}

const result = (stdout: string) =>
  JSON.parse(stdout) as {
    status: string;
    exit_code: number;
    output: unknown;
    steps: JsonObject[];
    usage: JsonObject;
    error: JsonObject;
  };

const TRIAGE = 'fields: { kind: bug|feature, severity: 1..5, why?: string }';
const step = (model: string, format = TRIAGE) => `model: ${model}\nsteps:\n  - { id: t, prompt: "Sort: {input}", ${format} }\n`;

const CLOSED = {
  type: 'object',
  properties: { kind: { type: 'string', enum: ['bug', 'feature'] }, severity: { type: 'integer', minimum: 1, maximum: 5 } },
  required: ['kind', 'severity'],
  additionalProperties: false,
};
const OPTIONAL = { why: { anyOf: [{ type: 'string' }, { type: 'null' }] } };
const STRICT = { ...CLOSED, properties: { ...CLOSED.properties, ...OPTIONAL }, required: ['kind', 'severity', 'why'] };

/** A model of each protocol, and where its request carries the conversation. */
const WIRES = ['openai/gpt-4o-mini', 'openai/gpt-5-codex', 'anthropic/claude-sonnet-4-5'] as const;
const said = (body: Record<string, unknown>) =>
  ((body.messages ?? body.input) as { role: string; content: string }[]).map(({ role, content }) => [role, content]);

describe('the provider is asked in its own structured mode', () => {
  it('Chat Completions: strict, every field required, optional ones nullable', async () => {
    const { requests, stdout, stderr } = await talk({
      yaml: step('openai/gpt-4o-mini'),
      replies: [{ text: '{"kind":"bug","severity":3,"why":null}' }],
      args: ['--json'],
    });
    const json_schema = { name: 'answer', strict: true, schema: STRICT };
    assert.deepEqual(requests[0]?.body.response_format, { type: 'json_schema', json_schema });
    assert.deepEqual(said(requests[0]?.body ?? {}), [['user', 'Sort: IN']]);
    assert.deepEqual(result(stdout).steps[0]?.data, { kind: 'bug', severity: 3 }, stderr);
    assert.equal(result(stdout).output, '{"kind":"bug","severity":3,"why":null}');
  });

  it('Responses: the same under text.format', async () => {
    const { requests } = await talk({
      yaml: step('openai/gpt-5-codex'),
      replies: [{ text: '{"kind":"bug","severity":3,"why":"x"}' }],
    });
    assert.deepEqual(requests[0]?.body.text, { format: { type: 'json_schema', name: 'answer', strict: true, schema: STRICT } });
  });

  it('Anthropic Messages: output_config.format, beside the effort; bounds in words, optional fields optional', async () => {
    const { requests } = await talk({
      yaml: step('anthropic/claude-opus-4-6', `${TRIAGE}, reasoning_effort: high`),
      replies: [{ text: '{"kind":"bug","severity":3}' }],
    });
    const severity = { type: 'integer', description: '{"minimum":1,"maximum":5}' };
    const schema = { ...CLOSED, properties: { ...CLOSED.properties, severity, why: { type: 'string' } } };
    assert.deepEqual(requests[0]?.body.output_config, { effort: 'high', format: { type: 'json_schema', schema } });
    assert.deepEqual(said(requests[0]?.body ?? {}), [['user', 'Sort: IN']]);
  });

  it('choices: an object with one key on the wire; the choice is output and data', async () => {
    for (const model of WIRES) {
      const { requests, stdout } = await talk({
        yaml: step(model, 'choices: [bug, feature]'),
        replies: [{ text: '{"choice":"feature"}' }],
        args: ['--json'],
      });
      assert.match(JSON.stringify(requests[0]?.body), /"properties":\{"choice":\{"type":"string","enum":\["bug","feature"\]\}\}/);
      assert.equal(result(stdout).output, 'feature');
      assert.equal(result(stdout).steps[0]?.data, 'feature');
    }
  });
});

describe('a format the model has no mode for', () => {
  const IN_WORDS = `Sort: IN\n\nAnswer with one JSON object that fits this JSON Schema, and nothing else:\n`;
  const reply = [{ text: '{"kind":"bug","severity":3}' }];

  it('is told in words, after everything else', async () => {
    for (const model of [
      'openai/gpt-4',
      'openai/some-model',
      'anthropic/claude-3-5-haiku-latest',
      'anthropic/claude-sonnet-4-20250514',
    ]) {
      const { requests, code } = await talk({ yaml: step(model), replies: reply });
      const body = requests[0]?.body ?? {};
      assert.equal(code, 0);
      assert.ok(!('response_format' in body) && !('output_config' in body), model);
      const [[role, text] = []] = said(body);
      assert.equal(role, 'user');
      assert.ok(text?.startsWith(IN_WORDS), text);
      assert.deepEqual(JSON.parse(text?.slice(IN_WORDS.length) ?? ''), {
        ...CLOSED,
        properties: { ...CLOSED.properties, why: { type: 'string' } },
      });
    }
  });

  it('comes after techniques', async () => {
    const { requests } = await talk({ yaml: step('openai/gpt-4', `${TRIAGE}, techniques: [step_by_step]`), replies: reply });
    const [[, text = ''] = []] = said(requests[0]?.body ?? {});
    assert.match(text, /^Sort: IN\n\n[\s\S]+\n\nAnswer with one JSON object[^\n]+\n\{[^\n]+\}$/);
  });

  it('a host that follows a schema its model does not see gets both', async () => {
    const { requests } = await talk({ yaml: step('ollama/llama3.2'), replies: reply });
    const body = requests[0]?.body ?? {};
    assert.deepEqual((body.response_format as JsonObject).type, 'json_schema');
    assert.match(String(said(body)[0]?.[1]), /^Sort: IN\n\nAnswer with one JSON object/);
  });

  it('a host that only writes JSON gets the schema in words', async () => {
    const { requests } = await talk({ yaml: step('deepseek/deepseek-chat'), replies: reply });
    assert.deepEqual(requests[0]?.body.response_format, { type: 'json_object' });
    assert.match(String(said(requests[0]?.body ?? {})[0]?.[1]), /JSON Schema/);
  });

  it('a schema that strict mode cannot carry is asked for as any JSON and in words', async () => {
    const open = 'schema: { type: object, properties: { names: { type: object, additionalProperties: { type: integer } } } }';
    const { requests, stdout } = await talk({
      yaml: step('openai/gpt-4o-mini', open),
      replies: [{ text: '{"names":{"a":1}}' }],
      args: ['--json'],
    });
    assert.deepEqual(requests[0]?.body.response_format, { type: 'json_object' });
    assert.match(String(said(requests[0]?.body ?? {})[0]?.[1]), /JSON Schema/);
    assert.deepEqual(result(stdout).steps[0]?.data, { names: { a: 1 } });
    const list = await talk({
      yaml: step('openai/gpt-4o-mini', 'schema: { type: array, items: { type: integer } }'),
      replies: [{ text: '[1, 2]' }],
      args: ['--json'],
    });
    assert.equal(list.requests[0]?.body.response_format, undefined);
    assert.deepEqual(result(list.stdout).steps[0]?.data, [1, 2]);
  });

  it('null for an optional field is wrong where the model was not told to write it', async () => {
    const { requests, stdout } = await talk({
      yaml: step('openai/gpt-4'),
      replies: [{ text: '{"kind":"bug","severity":3,"why":null}' }, { text: '{"kind":"bug","severity":3}' }],
      args: ['--json'],
    });
    assert.equal(requests.length, 2);
    assert.deepEqual(result(stdout).steps[0]?.data, { kind: 'bug', severity: 3 });
  });
});

const usage = { input: 10, output: 2 };
const WRONG = { text: 'Sure! {"kind": "crash", "severity": 9}', usage };
const CUT = { text: '{"kind": "bug", "severity": 3', usage };
const RIGHT = { text: "```json\n{'kind': 'bug', severity: 3,}\n```", usage };

describe('an answer in the wrong form is sent back with what is wrong', () => {
  for (const model of WIRES) {
    it(`${model}: broken twice and met on the third answer costs three attempts and yields data`, async () => {
      const { requests, stdout, stderr, code } = await talk({
        yaml: step(model),
        replies: [WRONG, CUT, RIGHT],
        args: ['--json'],
      });
      assert.equal(code, 0, stderr);
      assert.equal(requests.length, 3);
      const { steps, usage: all } = result(stdout);
      assert.deepEqual([steps[0]?.attempts, steps[0]?.data, steps[0]?.output], [3, { kind: 'bug', severity: 3 }, RIGHT.text]);
      assert.deepEqual(all, { input_tokens: 30, output_tokens: 6 });
      assert.deepEqual(steps[0]?.usage, all);
      const conversation = said(requests[2]?.body ?? {});
      assert.deepEqual(
        conversation.map(([role]) => role),
        ['user', 'assistant', 'user', 'assistant', 'user'],
      );
      assert.equal(conversation[1]?.[1], WRONG.text);
      assert.match(
        String(conversation[2]?.[1]),
        /"kind" must be equal to one of the allowed values: bug, feature; "severity" must be <= 5/,
      );
      assert.equal(conversation[3]?.[1], CUT.text);
      assert.match(String(conversation[4]?.[1]), /cannot be read as one JSON object: it ends where a comma or "}" belongs/);
      const keys = requests.map(({ headers }) => headers['idempotency-key']);
      assert.equal(new Set(keys).size, 3, 'another conversation is another request');
    });
  }

  it('is out on stdout once, when it is known to be right', async () => {
    const { stdout, code } = await talk({ yaml: step('openai/gpt-4o-mini'), replies: [WRONG, RIGHT] });
    assert.deepEqual([code, stdout], [0, `${RIGHT.text}\n`]);
  });

  it('ends the run with exit 5 when no attempt is left, its tokens counted', async () => {
    const { requests, stdout, code } = await talk({
      yaml: step('openai/gpt-4o-mini'),
      replies: [WRONG, WRONG, WRONG, RIGHT],
      args: ['--json'],
    });
    assert.deepEqual([requests.length, code], [3, 5]);
    const { status, error, usage: all, steps } = result(stdout);
    assert.deepEqual([status, error.code, error.reason, steps[0]?.attempts], ['not_met', 'PC5304', 'invalid_output', 3]);
    assert.match(String(error.message), /"severity" must be <= 5.*; it is: Sure! \{"kind": "crash"/);
    assert.deepEqual(all, { input_tokens: 30, output_tokens: 6 });
    const text = await talk({ yaml: step('openai/gpt-4o-mini'), replies: [WRONG, WRONG, WRONG] });
    assert.deepEqual([text.code, text.stdout], [5, '']);
  });

  it('retry says how often and for what; on_error lets the chain go on', async () => {
    const five = await talk({
      yaml: step('openai/gpt-4o-mini', `${TRIAGE}, retry: 5`),
      replies: [WRONG, WRONG, WRONG, WRONG, RIGHT],
    });
    assert.deepEqual([five.code, five.requests.length], [0, 5]);
    const other = `${TRIAGE}, retry: { attempts: 5, on: [timeout] }`;
    const none = await talk({ yaml: step('openai/gpt-4o-mini', other), replies: [WRONG, RIGHT] });
    assert.deepEqual([none.code, none.requests.length], [5, 1]);
    const yaml = `${step('openai/gpt-4o-mini', `${TRIAGE}, retry: 1, on_error: continue`)}  - "Went on: {input}"\n`;
    const went = await talk({ yaml, replies: [WRONG, { text: 'fine' }] });
    assert.deepEqual([went.code, went.stdout], [0, 'fine\n']);
  });

  it('an answer that was cut at the token limit is never whole, even when it reads like one', async () => {
    const { requests, code } = await talk({
      yaml: step('openai/gpt-4o-mini'),
      replies: [{ ...RIGHT, finish: 'length' }, RIGHT],
    });
    assert.deepEqual([code, requests.length], [0, 2]);
    assert.match(String(said(requests[1]?.body ?? {}).at(-1)?.[1]), /was cut at the token limit/);
  });

  it('choices: one of them, with the marks that models put around a word, and nothing else', async () => {
    for (const text of ['bug', '**Bug**.', '"bug"', ' `BUG`\n', '{"choice": "bug"}']) {
      const { stdout } = await talk({ yaml: step('openai/gpt-4', 'choices: [bug, feature]'), replies: [{ text }] });
      assert.equal(stdout, 'bug\n', text);
    }
    for (const text of ['not a bug', 'bug or feature', 'bugs', '{"kind": "bug"}', 'The answer is bug']) {
      const { requests } = await talk({
        yaml: step('openai/gpt-4', 'choices: [bug, feature]'),
        replies: [{ text }, { text: 'bug' }],
      });
      assert.equal(requests.length, 2, text);
      assert.match(String(said(requests[1]?.body ?? {}).at(-1)?.[1]), /is none of: bug, feature/);
    }
  });

  it('with tools it is one of the turns', async () => {
    const call = { toolCalls: [{ id: 'c1', name: 'calculator', arguments: '{"expression":"1+1"}' }] };
    const { requests, stdout } = await talk({
      yaml: step('openai/gpt-4o-mini', `${TRIAGE}, tools: [calculator]`),
      replies: [call, WRONG, RIGHT],
      args: ['--json'],
    });
    assert.equal(requests.length, 3);
    assert.deepEqual(result(stdout).steps[0]?.data, { kind: 'bug', severity: 3 });
    assert.match(String(said(requests[0]?.body ?? {}).at(-1)?.[1]), /^Sort: IN\n\nAnswer with one JSON object/);
  });
});

test('later steps read the data, and conditions compare it', async () => {
  const { stdout, stderr, requests } = await talk({
    yaml: `model: openai/gpt-4o-mini
steps:
  - { id: t, prompt: "Sort: {input}", ${TRIAGE} }
  - { id: sure, prompt: "Sure about {steps.t.data.kind}?", choices: ["yes", "no"] }
  - { if: steps.t.data.severity >= 3 && steps.sure.output == "yes", prompt: "Answer a {steps.t.data.kind}: {steps.t.data.why | default 'no reason'}" }
`,
    replies: [RIGHT, { text: 'yes' }, { text: 'done' }],
  });
  assert.equal(stdout, 'done\n', stderr);
  assert.deepEqual(said(requests[2]?.body ?? {}), [['user', 'Answer a bug: no reason']]);
});

describe('--output-schema', () => {
  const SCHEMA = JSON.stringify({ type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] });
  const files = { 'out.json': SCHEMA };
  const args = ['--output-schema', 'out.json'];
  const free = 'model: openai/gpt-4o-mini\nsteps:\n  - "Count: {input}"\n';

  it('asks the last prompt for it, again if need be', async () => {
    const { stdout, code, requests } = await talk({
      yaml: free,
      files,
      args,
      replies: [{ text: 'three' }, { text: '{"n": 3}' }],
    });
    assert.deepEqual([code, stdout, requests.length], [0, '{"n": 3}\n', 2]);
    assert.equal((requests[0]?.body.response_format as JsonObject | undefined)?.type, 'json_schema');
  });

  it('looks at what any other last step gives, before it is out', async () => {
    const run = (command: string) => talk({ yaml: `steps:\n  - run: |-\n      ${command}\n`, files, args });
    const right = await run('echo \'here {"n": 3,}\'');
    assert.deepEqual([right.code, right.stdout], [0, 'here {"n": 3,}\n']);
    const wrong = await run('echo three');
    assert.deepEqual([wrong.code, wrong.stdout], [5, '']);
    assert.match(wrong.stderr, /error\[PC9105\]: the output cannot be read as one JSON object: it holds no JSON value/);
  });

  it('a step with fields of its own keeps them; a map from output: is looked at as it is', async () => {
    const own = await talk({ yaml: step('openai/gpt-4o-mini'), files, args, replies: [RIGHT] });
    assert.equal(own.code, 5);
    assert.match(own.stderr, /required property 'n'/);
    const map = await talk({ yaml: `${free}output: { n: 3 }\n`, files, args, replies: [{ text: 'x' }] });
    assert.equal(map.code, 0, map.stderr);
    assert.equal(map.requests[0]?.body.response_format, undefined);
  });

  it('a file that is no JSON Schema is a usage error', async () => {
    for (const [text, why] of [
      ['{', /is no JSON Schema/],
      ['{"type": "strnig"}', /at "type"/],
      ['[]', /not a map/],
    ] as const) {
      const { code, stderr, requests } = await talk({ yaml: free, files: { 'out.json': text }, args });
      assert.deepEqual([code, requests.length], [2, 0]);
      assert.match(stderr, why);
    }
    assert.equal((await talk({ yaml: free, args: ['--output-schema', 'no.json'] })).code, 2);
  });
});
