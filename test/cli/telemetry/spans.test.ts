import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { outlineOf, startTracing } from './tracing.ts';

const INTERNAL = 1;
const CLIENT = 3;

describe('the spans of a run', () => {
  for (const protocol of ['http/protobuf', 'http/json']) {
    it(`are children of what they happen in: loops, branches, chains in chains, steps after a failure (${protocol})`, async () => {
      const chain = [
        'model: openai/gpt-x',
        'inputs: { items: { type: list } }',
        'steps:',
        '  - { id: each, foreach: inputs.items, prompt: "a {item}" }',
        '  - { id: fix, repeat: { max: 2 }, steps: [{ id: draft, prompt: "b {input}" }] }',
        '  - id: views',
        '    parallel:',
        '      one: "c {input}"',
        '      two: [{ id: first, prompt: "d {input}" }, { id: second, prompt: "e {input}" }]',
        '  - { id: sub, chain: part.yaml }',
        '  - { id: bad, run: "exit 3", on_error: [{ id: instead, prompt: "f {input}" }] }',
        'finally: [{ id: last, prompt: "g {input}" }]',
        '',
      ].join('\n');
      const part = 'model: openai/gpt-x\nsteps: [{ id: inner, prompt: "h {input}" }]\n';
      await using tracing = await startTracing(chain, { files: { 'part.yaml': part } });
      const ended = await tracing.run(['--var', 'items=["p","q"]', '-i', 'x'], { OTEL_EXPORTER_OTLP_PROTOCOL: protocol });
      assert.equal(ended.code, 0, ended.stderr);
      const { spans, posts } = tracing.receiver;
      assert.deepEqual(outlineOf(spans), [
        'invoke_workflow chain',
        '  chain sub',
        '    prompt inner',
        '      chat gpt-x',
        '  parallel views',
        '    prompt first',
        '      chat gpt-x',
        '    prompt one',
        '      chat gpt-x',
        '    prompt second',
        '      chat gpt-x',
        '  prompt each',
        '    prompt each',
        '      chat gpt-x',
        '    prompt each',
        '      chat gpt-x',
        '  prompt last',
        '    chat gpt-x',
        '  run bad',
        '    prompt instead',
        '      chat gpt-x',
        '  steps fix',
        '    steps fix',
        '      prompt draft',
        '        chat gpt-x',
        '    steps fix',
        '      prompt draft',
        '        chat gpt-x',
      ]);
      assert.equal(new Set(spans.map(({ traceId }) => traceId)).size, 1);
      assert.equal(new Set(spans.map(({ spanId }) => spanId)).size, spans.length);
      for (const { startedAt, endedAt, name } of spans) assert.ok(startedAt <= endedAt, name);
      const paths = spans.flatMap(({ name, attributes }) =>
        name === 'prompt each' ? [attributes['promptchain.step.path']] : [],
      );
      assert.deepEqual(paths.sort(), ['each', 'each[0]', 'each[1]']);
      assert.ok(posts.every(({ path }) => path === '/v1/traces'));
    });
  }

  it('tell of a run what it was and how it ended, and of the program what it is', async () => {
    await using tracing = await startTracing('name: greet\nmodel: openai/gpt-x\nsteps: ["a {input}"]\n');
    const { stdout } = await tracing.run(['-i', 'x', '--json']);
    const result = JSON.parse(stdout);
    const run = tracing.receiver.span('invoke_workflow greet');
    assert.deepEqual(run.attributes, {
      'gen_ai.operation.name': 'invoke_workflow',
      'gen_ai.workflow.name': 'greet',
      'gen_ai.agent.name': 'greet',
      'promptchain.run.id': result.run_id,
      'promptchain.chain.sha256': result.chain.sha256,
      'promptchain.run.status': 'success',
      'promptchain.run.exit_code': 0,
    });
    assert.deepEqual([run.parentSpanId, run.kind, run.status.code, run.scope], ['', INTERNAL, 0, 'promptchain']);
    assert.equal(run.resource['service.name'], 'promptchain');
    assert.equal(run.resource['telemetry.sdk.language'], 'nodejs');
    assert.deepEqual(
      Object.keys(run.resource).filter((name) => /^(process|host|os)\./.test(name)),
      [],
    );
  });

  it('tell of a request what was asked for and what came, by the names of the conventions', async () => {
    const chain = [
      'steps:',
      '  - id: ask',
      '    prompt: "{input}"',
      '    model: openai/gpt-x',
      '    params: { temperature: 0.5, max_tokens: 99, top_p: 0.25, seed: 7, stop_sequences: ["END"] }',
      '    schema: { type: object, properties: { n: { type: integer } } }',
      '',
    ].join('\n');
    const usage = { input: 40, output: 12, cached: 30, reasoning: 5 };
    await using tracing = await startTracing(chain, { replies: [{ text: '{"n":1}', usage, model: 'gpt-x-2026' }] });
    const ended = await tracing.run(['-i', 'x']);
    assert.equal(ended.code, 0, ended.stderr);
    const { attributes, kind, status, parentSpanId } = tracing.receiver.span('chat gpt-x');
    const { 'gen_ai.response.time_to_first_chunk': firstChunk, ...rest } = attributes;
    assert.deepEqual(rest, {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-x',
      'gen_ai.request.stream': true,
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.max_tokens': 99,
      'gen_ai.request.top_p': 0.25,
      'gen_ai.request.seed': 7,
      'gen_ai.request.stop_sequences': ['END'],
      'gen_ai.output.type': 'json',
      'gen_ai.response.id': 'fake-1',
      'gen_ai.response.model': 'gpt-x-2026',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 40,
      'gen_ai.usage.output_tokens': 12,
      'gen_ai.usage.cache_read.input_tokens': 30,
      'gen_ai.usage.reasoning.output_tokens': 5,
      'server.address': '127.0.0.1',
      'server.port': tracing.provider.port,
      'promptchain.step.path': 'ask',
    });
    assert.ok(typeof firstChunk === 'number' && firstChunk >= 0);
    assert.deepEqual([kind, status.code], [CLIENT, 0]);
    assert.equal(parentSpanId, tracing.receiver.span('prompt ask').spanId);
  });

  it('name a provider as the conventions do', async () => {
    await using tracing = await startTracing('model: mistral/small\nsteps: ["{input}"]\n');
    const env = { MISTRAL_API_KEY: 'key-0123456789', MISTRAL_BASE_URL: tracing.provider.openaiUrl };
    const ended = await tracing.run(['-i', 'x'], env);
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(tracing.receiver.span('chat small').attributes['gen_ai.provider.name'], 'mistral_ai');
  });

  it('show an agent with its turns and the calls of its tools', async () => {
    const toolCalls = [
      { id: 'call_a', name: 'calculator', arguments: '{"expression":"6*7"}' },
      { id: 'call_b', name: 'calculator', arguments: '{"expression":"6*"}' },
    ];
    const chain = 'model: openai/gpt-x\nsteps: [{ id: find, objective: "{input}", tools: [calculator] }]\n';
    await using tracing = await startTracing(chain, { replies: [{ toolCalls }, { text: '42' }] });
    const ended = await tracing.run(['-i', 'x']);
    assert.equal(ended.code, 0, ended.stderr);
    const { spans } = tracing.receiver;
    assert.deepEqual(outlineOf(spans), [
      'invoke_workflow chain',
      '  invoke_agent find',
      '    chat gpt-x',
      '    chat gpt-x',
      '    execute_tool calculator',
      '    execute_tool calculator',
    ]);
    const agent = tracing.receiver.span('invoke_agent find');
    const turns = spans.filter(({ name }) => name === 'chat gpt-x');
    const sum = (name: string) => turns.reduce((total, { attributes }) => total + Number(attributes[name]), 0);
    assert.deepEqual(agent.attributes, {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': 'find',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-x',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': sum('gen_ai.usage.input_tokens'),
      'gen_ai.usage.output_tokens': sum('gen_ai.usage.output_tokens'),
      'promptchain.step.path': 'find',
      'promptchain.step.kind': 'objective',
      'promptchain.step.attempts': 1,
    });
    assert.deepEqual(turns.map(({ attributes }) => attributes['promptchain.step.path']).sort(), ['find/t1', 'find/t2']);
    const calls = spans.filter(({ name }) => name === 'execute_tool calculator');
    const call = (id: string) => calls.find(({ attributes }) => attributes['gen_ai.tool.call.id'] === id);
    assert.deepEqual(call('call_a')?.attributes, {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'calculator',
      'gen_ai.tool.type': 'function',
      'gen_ai.tool.call.id': 'call_a',
      'promptchain.step.path': 'find',
      'promptchain.tool.call': 'find/t1.1',
    });
    assert.deepEqual([call('call_a')?.status.code, call('call_a')?.kind], [0, INTERNAL]);
    assert.deepEqual([call('call_b')?.status.code, call('call_b')?.attributes['error.type']], [2, 'tool_error']);
  });

  it('show each attempt, and what it failed with', async () => {
    const chain = 'model: openai/gpt-x\nsteps: [{ id: ask, prompt: "{input}" }]\n';
    const replies = [{ status: 429, retryAfterMs: '1' }, { truncate: 'mid' as const }, { text: 'well' }];
    await using tracing = await startTracing(chain, { replies });
    const ended = await tracing.run(['-i', 'x', '--no-stream']);
    assert.equal(ended.code, 0, ended.stderr);
    const attempts = tracing.receiver.spans.filter(({ name }) => name === 'chat gpt-x');
    assert.deepEqual(
      attempts.map(({ status, attributes }) => [status.code, attributes['error.type'], attributes['http.response.status_code']]),
      [
        [2, 'rate_limit', 429],
        [2, 'network', undefined],
        [0, undefined, undefined],
      ],
    );
    const step = tracing.receiver.span('prompt ask');
    assert.deepEqual(
      step.events.map(({ name, attributes }) => [name, attributes['promptchain.retry.attempt'], attributes['error.type']]),
      [
        ['step.retrying', 1, 'rate_limit'],
        ['step.retrying', 2, 'network'],
      ],
    );
    assert.deepEqual([step.status.code, step.attributes['promptchain.step.attempts']], [0, 3]);
    for (const { parentSpanId } of attempts) assert.equal(parentSpanId, step.spanId);
  });

  it('show a failure at the request, the step and the run', async () => {
    const chain = 'model: openai/gpt-x\nsteps: [{ id: ask, prompt: "{input}" }, { id: never, prompt: "{input}" }]\n';
    await using tracing = await startTracing(chain, { replies: [{ status: 401 }] });
    const ended = await tracing.run(['-i', 'x']);
    assert.equal(ended.code, 4);
    assert.deepEqual(outlineOf(tracing.receiver.spans), ['invoke_workflow chain', '  prompt ask', '    chat gpt-x']);
    for (const { status, attributes } of tracing.receiver.spans) {
      assert.deepEqual([status.code, attributes['error.type']], [2, 'auth']);
      assert.match(String(attributes['promptchain.error.code']), /^PC4\d{3}$/);
      assert.equal(status.message, attributes['promptchain.error.code']);
    }
    const { attributes } = tracing.receiver.span('invoke_workflow chain');
    assert.deepEqual([attributes['promptchain.run.status'], attributes['promptchain.run.exit_code']], ['failed', 4]);
  });

  it('note what was skipped, and a model that answers in place of another', async () => {
    const chain = [
      'model: openai/gpt-x',
      'steps:',
      '  - { id: no, if: "input == \'y\'", prompt: "{input}" }',
      '  - { id: ask, prompt: "{input}", fallback: [openai/gpt-y] }',
      '',
    ].join('\n');
    await using tracing = await startTracing(chain, { replies: [{ status: 401, when: 'gpt-x' }] });
    const ended = await tracing.run(['-i', 'x']);
    assert.equal(ended.code, 0, ended.stderr);
    const skipped = tracing.receiver.span('invoke_workflow chain').events.find(({ name }) => name === 'step.skipped');
    assert.deepEqual(skipped?.attributes, { 'promptchain.step.path': 'no', 'promptchain.step.kind': 'prompt' });
    const step = tracing.receiver.span('prompt ask');
    assert.deepEqual(
      step.events.map(({ name }) => name),
      ['step.retrying', 'warning'],
    );
    for (const name of ['chat gpt-x', 'chat gpt-y']) assert.equal(tracing.receiver.span(name).parentSpanId, step.spanId);
  });
});
