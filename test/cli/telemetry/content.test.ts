import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as conventions from '@opentelemetry/semantic-conventions/incubating';
import { startTracing } from './tracing.ts';

/** Words that stand nowhere but in what is said; each names the place it stands in. */
const SAID = [
  'zinput',
  'zsystem',
  'zprompt',
  'zobjective',
  'zargument',
  'zresult',
  'zanswer',
  'zrefusal',
  'zstderr',
  'zcondition',
  'zvalue',
] as const;

const CHAIN = [
  'model: openai/gpt-x',
  'inputs: { value: { type: string } }',
  'tools:',
  '  own:',
  '    description: "a tool"',
  '    parameters: { type: object, properties: { text: { type: string } } }',
  '    run: "echo zresult"',
  'steps:',
  '  - { id: ask, system: "zsystem", prompt: "zprompt {input}" }',
  '  - { id: find, objective: "zobjective", tools: [own] }',
  '  - { id: bad, run: "echo zstderr >&2; exit 3", on_error: continue }',
  '  - { id: no, if: "inputs.value == \'zcondition\'", prompt: "{input}" }',
  '  - { id: last, prompt: "{input}", retry: 2 }',
  '',
].join('\n');

const REPLIES = [
  { text: 'zanswer' },
  { toolCalls: [{ id: 'call_1', name: 'own', arguments: '{"text":"zargument"}' }] },
  { text: 'zanswer' },
  { status: 500, error: { message: 'zrefusal' } },
  { text: 'zanswer' },
];

const ARGS = ['-i', 'zinput', '--var', 'value=zvalue', '--no-stream', '--allow-tool', 'own'];

/** Every name that OpenTelemetry has registered. */
const CONVENTIONS: ReadonlySet<unknown> = new Set(Object.values(conventions));

describe('content', () => {
  for (const protocol of ['http/protobuf', 'http/json']) {
    it(`is in none of the bytes that are sent (${protocol})`, async () => {
      await using tracing = await startTracing(CHAIN, { replies: REPLIES });
      const ended = await tracing.run(ARGS, { OTEL_EXPORTER_OTLP_PROTOCOL: protocol });
      assert.equal(ended.code, 0, ended.stderr);
      const { posts, spans } = tracing.receiver;
      const found = SAID.filter((word) => posts.some(({ body }) => body.includes(word)));
      assert.deepEqual(found, []);
      assert.ok(spans.some(({ name }) => name === 'execute_tool own'));
      assert.equal(spans.filter(({ status }) => status.code === 2).length, 2, 'the failed request and the failed command');
    });
  }

  it('is there when it is asked for, in the form of the conventions, without secrets', async () => {
    await using tracing = await startTracing(CHAIN, { replies: REPLIES });
    const ended = await tracing.run(['-i', 'zinput sk-test-0123456789 "quoted"', ...ARGS.slice(2)], {
      OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    });
    assert.equal(ended.code, 0, ended.stderr);
    const { posts, spans } = tracing.receiver;
    assert.ok(posts.every(({ body }) => !body.includes('sk-test-0123456789')));
    const at = (path: string) =>
      spans.find(({ name, attributes }) => name === 'chat gpt-x' && attributes['promptchain.step.path'] === path)?.attributes;
    const json = (path: string, name: string) => JSON.parse(String(at(path)?.[name]));
    assert.deepEqual(json('ask', 'gen_ai.system_instructions'), [{ type: 'text', content: 'zsystem' }]);
    assert.deepEqual(json('ask', 'gen_ai.input.messages'), [
      { role: 'user', parts: [{ type: 'text', content: 'zprompt zinput *** "quoted"' }] },
    ]);
    assert.deepEqual(json('ask', 'gen_ai.output.messages'), [
      { role: 'assistant', parts: [{ type: 'text', content: 'zanswer' }], finish_reason: 'stop' },
    ]);
    const call = { type: 'tool_call', id: 'call_1', name: 'own', arguments: { text: 'zargument' } };
    assert.deepEqual(json('find/t1', 'gen_ai.output.messages'), [
      { role: 'assistant', parts: [call], finish_reason: 'tool_call' },
    ]);
    assert.deepEqual(json('find/t2', 'gen_ai.input.messages').slice(-2), [
      { role: 'assistant', parts: [call] },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'call_1', response: 'zresult' }] },
    ]);
    const { attributes } = tracing.receiver.span('execute_tool own');
    assert.deepEqual(JSON.parse(String(attributes['gen_ai.tool.call.arguments'])), { text: 'zargument' });
    assert.equal(attributes['gen_ai.tool.call.result'], 'zresult');
    const names = new Set(spans.flatMap(({ attributes: all }) => Object.keys(all)));
    assert.deepEqual(
      [...names].filter((name) => !name.startsWith('promptchain.') && !CONVENTIONS.has(name)),
      [],
    );
    const failed = spans.find(({ name, status }) => name === 'chat gpt-x' && status.code === 2);
    assert.match(failed?.status.message ?? '', /zrefusal/);
  });

  it('is not in the name of a tool that a model made up', async () => {
    const chain = 'model: openai/gpt-x\nsteps: [{ id: find, objective: "{input}", tools: [calculator] }]\n';
    const toolCalls = [{ id: 'call_1', name: 'zmade up', arguments: '{}' }];
    await using tracing = await startTracing(chain, { replies: [{ toolCalls }, { text: 'well' }] });
    const ended = await tracing.run(['-i', 'x']);
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(tracing.receiver.span('execute_tool _OTHER').attributes['error.type'], 'tool_error');
    assert.ok(tracing.receiver.posts.every(({ body }) => !body.includes('zmade')));
  });

  it('stays away for any other word than true', async () => {
    await using tracing = await startTracing(CHAIN, { replies: REPLIES });
    const ended = await tracing.run(ARGS, { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'yes' });
    assert.equal(ended.code, 0, ended.stderr);
    assert.ok(tracing.receiver.posts.every(({ body }) => !body.includes('zprompt')));
  });

  it('does not leave because the project says so: its env file has no say in telemetry', async () => {
    const chain = 'model: openai/gpt-x\nsteps: ["zprompt {input}"]\n';
    await using tracing = await startTracing(chain);
    const asked = [
      `OTEL_EXPORTER_OTLP_ENDPOINT=${tracing.receiver.url}`,
      'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true',
      'TRACEPARENT=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    ];
    tracing.sandbox.write({ '.env': `${asked.join('\n')}\n` });
    const { OTEL_EXPORTER_OTLP_ENDPOINT: _, ...env } = tracing.env;
    const ended = await tracing.sandbox.run(['run', 'chain.yaml', '-i', 'x'], { env });
    assert.equal(ended.code, 0, ended.stderr);
    assert.match(ended.stderr, /did not take OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_INSTRUMENTATION_\w+, TRACEPARENT from/);
    assert.equal(tracing.receiver.posts.length, 0);

    const mine = await tracing.run(['-i', 'x']);
    assert.equal(mine.code, 0, mine.stderr);
    assert.ok(tracing.receiver.posts.length > 0);
    assert.ok(tracing.receiver.posts.every(({ body }) => !body.includes('zprompt')));
    assert.equal(tracing.receiver.span('invoke_workflow chain').parentSpanId, '');
  });
});
