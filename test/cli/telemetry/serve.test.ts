import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startOtlpReceiver } from '../../fake/otlp-receiver.ts';
import { chatWith } from '../../serve/chat/client.ts';
import { chainOf, postJson, serve } from '../../serve/serving.ts';
import { outlineOf } from './tracing.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const PARENT_ID = 'b7ad6b7169203331';

describe('the traces of a server', () => {
  it('are one for each run, as children of the requests that called for them', async () => {
    await using receiver = await startOtlpReceiver();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, TRACEPARENT: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01` };
    await using server = await serve({ files: { 'one.yaml': chainOf('one'), 'two.yaml': chainOf('two') }, env });
    const run = (name: string, headers: Readonly<Record<string, string>>) =>
      postJson(`${server.url}/chains/${name}/runs`, { input: 'x', stream: false }, headers).then((response) => response.text());
    await Promise.all([run('one', { traceparent: `00-${TRACE_ID}-${PARENT_ID}-01` }), run('two', {})]);
    const { code, signal } = await server.stop();
    assert.ok(code === 0 || signal === 'SIGTERM', server.stderr());

    const one = receiver.spans.filter(({ traceId }) => traceId === TRACE_ID);
    assert.deepEqual(outlineOf(one), ['invoke_workflow one', '  prompt 1', '    chat gpt-4.1-mini']);
    assert.equal(receiver.span('invoke_workflow one').parentSpanId, PARENT_ID);
    const two = receiver.spans.filter(({ traceId }) => traceId !== TRACE_ID);
    assert.deepEqual(outlineOf(two), ['invoke_workflow two', '  prompt 1', '    chat gpt-4.1-mini']);
    assert.equal(receiver.span('invoke_workflow two').parentSpanId, '');
  });

  it('say which turns belong to one conversation, and not how it could be read', async () => {
    await using receiver = await startOtlpReceiver();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    await using server = await serve({ files: { 'one.yaml': chainOf('one') }, env });
    const sessions: string[] = [];
    for (const texts of [['a', 'b'], ['c']]) {
      using client = await chatWith(server.url, 'one');
      sessions.push(client.hello.session);
      for (const text of texts) await client.ask(text);
    }
    await server.stop();
    const idsOf = (name: string) =>
      receiver.spans.filter((span) => span.name === name).map(({ attributes }) => attributes['gen_ai.conversation.id']);
    const ids = idsOf('invoke_workflow one');
    assert.equal(ids.length, 3);
    assert.ok(ids.every((id) => typeof id === 'string' && id.length > 20));
    assert.deepEqual([ids[0] === ids[1], ids[0] === ids[2]], [true, false]);
    assert.deepEqual(idsOf('chat gpt-4.1-mini'), ids);
    for (const session of sessions) assert.ok(receiver.posts.every(({ body }) => !body.includes(session)));
  });

  it('that cannot be delivered hold up no run and no end of the server', async () => {
    await using receiver = await startOtlpReceiver({ answer: () => undefined });
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '1' };
    await using server = await serve({ files: { 'one.yaml': chainOf('one') }, env });
    for (let run = 0; run < 3; run += 1) {
      const answered = await postJson(`${server.url}/chains/one/runs`, { input: 'x', stream: false });
      assert.equal(((await answered.json()) as { status: string }).status, 'success');
    }
    await receiver.received();
    const { code, signal } = await server.stop();
    assert.ok(code === 0 || signal === 'SIGTERM', server.stderr());
    assert.equal(server.stderr().split('traces were not delivered').length, 2, server.stderr());
  });
});
