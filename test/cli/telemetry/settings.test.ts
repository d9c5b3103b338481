import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startTracing } from './tracing.ts';

const CHAIN = 'model: openai/gpt-x\nsteps: [{ id: ask, prompt: "{input}" }]\n';
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const PARENT_ID = 'b7ad6b7169203331';

describe('the variables of OpenTelemetry', () => {
  it('say where traces go, with which headers, packed how, and what the program is called', async () => {
    await using tracing = await startTracing(CHAIN);
    const ended = await tracing.run(['-i', 'x'], {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9/',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${tracing.receiver.url}/own/place`,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b,authorization=Basic%20abc',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-key=c',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_SERVICE_NAME: 'mine',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,deployment.environment.name=ci',
    });
    assert.deepEqual([ended.code, ended.stderr.includes('warning')], [0, false], ended.stderr);
    const [post] = tracing.receiver.posts;
    assert.equal(post?.path, '/own/place');
    assert.deepEqual([post?.headers['x-key'], post?.headers.authorization], ['c', 'Basic abc']);
    assert.deepEqual([post?.headers['content-encoding'], post?.headers['content-type']], ['gzip', 'application/x-protobuf']);
    const { resource } = tracing.receiver.span('invoke_workflow chain');
    assert.deepEqual([resource['service.name'], resource['deployment.environment.name']], ['mine', 'ci']);
  });

  for (const [name, env] of Object.entries({
    OTEL_SDK_DISABLED: { OTEL_SDK_DISABLED: 'true' },
    'OTEL_TRACES_EXPORTER=none': { OTEL_TRACES_EXPORTER: 'none' },
    'an address that is set but empty': { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
    'a sampler that takes none': { OTEL_TRACES_SAMPLER: 'always_off' },
    'a sampler that takes a share of 0': { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' },
    'a parent that is not sampled': { TRACEPARENT: `00-${TRACE_ID}-${PARENT_ID}-00` },
  })) {
    it(`switch traces off with ${name}`, async () => {
      await using tracing = await startTracing(CHAIN);
      const ended = await tracing.run(['-i', 'x'], env);
      assert.deepEqual([ended.code, ended.stderr.includes('warning')], [0, false], ended.stderr);
      assert.equal(tracing.receiver.posts.length, 0);
    });
  }

  it('hold keys in headers that are in no output, no file and no trace', async () => {
    const chain = 'steps: [{ id: leak, run: "echo $OTEL_EXPORTER_OTLP_HEADERS a+key/0123456789 tenant-0123" }]\n';
    await using tracing = await startTracing(chain);
    const ended = await tracing.run(['-i', 'x', '--jsonl'], {
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20a%2Bkey%2F0123456789,x-tenant=tenant-0123',
      OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true',
    });
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(tracing.receiver.posts[0]?.headers.authorization, 'Basic a+key/0123456789');
    assert.match(ended.stdout, /"output":"authorization=\*\*\*,x-tenant=tenant-0123 \*\*\* tenant-0123"/);
    const shown = await tracing.sandbox.run(['runs', 'show', 'last', '--json'], { env: tracing.env });
    for (const text of [ended.stdout, ended.stderr, shown.stdout]) assert.doesNotMatch(text, /key(?:\/|%2F)0123456789/);
  });

  it('make the run a child of the span that TRACEPARENT names', async () => {
    await using tracing = await startTracing(CHAIN);
    const ended = await tracing.run(['-i', 'x'], { TRACEPARENT: `00-${TRACE_ID}-${PARENT_ID}-01`, TRACESTATE: 'a=b' });
    assert.equal(ended.code, 0, ended.stderr);
    const { spans } = tracing.receiver;
    assert.deepEqual([...new Set(spans.map(({ traceId }) => traceId))], [TRACE_ID]);
    assert.equal(tracing.receiver.span('invoke_workflow chain').parentSpanId, PARENT_ID);
  });

  it('begin a trace of their own where TRACEPARENT is none', async () => {
    await using tracing = await startTracing(CHAIN);
    const ended = await tracing.run(['-i', 'x'], { TRACEPARENT: '00-nonsense' });
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(tracing.receiver.span('invoke_workflow chain').parentSpanId, '');
  });

  for (const [name, env, said] of [
    ['gRPC', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /OTLP over gRPC is not supported; set OTEL_EXPORTER_OTLP_PROTOCOL to/],
    [
      'an unknown protocol',
      { OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'x' },
      /no protocol "x"; set OTEL_EXPORTER_OTLP_TRACES_PROTOCOL/,
    ],
    ['batches of nothing', { OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '0' }, /OTEL_BSP_MAX_EXPORT_BATCH_SIZE is not a whole number above/],
    ['a queue for nothing', { OTEL_BSP_MAX_QUEUE_SIZE: '-5' }, /OTEL_BSP_MAX_QUEUE_SIZE is not a whole number above 0/],
    ['an address that is none', { OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4317' }, /OTEL_EXPORTER_OTLP_ENDPOINT is not an http/],
  ] as const) {
    it(`refuse ${name} with a sentence, and the run goes on`, async () => {
      await using tracing = await startTracing(CHAIN);
      const text = await tracing.run(['-i', 'x'], env);
      assert.deepEqual([text.code, text.stdout], [0, '[gpt-x] x\n']);
      assert.match(text.stderr, /^warning\[PC2110\]: no traces are sent: /m);
      assert.match(text.stderr, said);
      const json = await tracing.run(['-i', 'x', '--json'], env);
      assert.deepEqual([json.code, json.stderr], [0, '']);
      assert.match(JSON.parse(json.stdout).warnings[0].message, said);
      assert.equal(tracing.receiver.posts.length, 0);
    });
  }
});

describe('a run that goes on from another', () => {
  it('is linked to its trace, be it the same run or a new one', async () => {
    const replies = [{ text: 'one' }, { status: 401 }, { status: 401 }, { text: 'two' }, { text: 'three' }];
    const chain = 'model: openai/gpt-x\nsteps: [{ id: a, prompt: "{input}" }, { id: b, prompt: "{input}" }]\n';
    await using tracing = await startTracing(chain, { replies });
    const resume = (args: readonly string[]) => tracing.sandbox.run(args, { env: tracing.env });
    assert.equal((await tracing.run(['-i', 'x'])).code, 4);
    assert.equal((await resume(['runs', 'resume', 'last'])).code, 4);
    assert.equal((await resume(['runs', 'resume', 'last'])).code, 0);
    assert.equal((await tracing.run(['--resume', '--from', 'b'])).code, 0);

    const [first, ...others] = tracing.receiver.spans.filter(({ name }) => name === 'invoke_workflow chain');
    assert.equal(others.length, 3);
    assert.deepEqual(first?.links, []);
    for (const { links, traceId } of others) {
      assert.deepEqual(links, [{ traceId: first?.traceId, spanId: first?.spanId }]);
      assert.notEqual(traceId, first?.traceId);
    }
  });
});
