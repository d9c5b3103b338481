import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { outlineOf, startTracing } from './tracing.ts';

const CHAIN = 'model: openai/gpt-x\nsteps: [{ id: say, prompt: "{input}", history: full }]\n';

describe('the traces of a chat', () => {
  it('are one for each turn, which say what conversation they belong to', async () => {
    await using tracing = await startTracing(CHAIN);
    const args = ['chat', 'chain.yaml', '--session', 'trip'];
    const ended = await tracing.sandbox.run(args, { stdin: 'one\ntwo\n', env: tracing.env });
    assert.equal(ended.code, 0, ended.stderr);
    const { spans } = tracing.receiver;
    const traces = [...new Set(spans.map(({ traceId }) => traceId))];
    assert.equal(traces.length, 2);
    for (const trace of traces) {
      const own = spans.filter(({ traceId }) => traceId === trace);
      assert.deepEqual(outlineOf(own), ['invoke_workflow chain', '  prompt say', '    chat gpt-x']);
    }
    const runs = spans.filter(({ name }) => name === 'invoke_workflow chain');
    assert.deepEqual(
      runs.map(({ attributes }) => attributes['gen_ai.conversation.id']),
      ['trip', 'trip'],
    );
  });

  it('hold up no turn, and that they are lost is told once, at the end', async () => {
    await using tracing = await startTracing(CHAIN, { receiver: { answer: (response) => response.writeHead(500).end() } });
    const env = { ...tracing.env, OTEL_BSP_SCHEDULE_DELAY: '1' };
    const ended = await tracing.sandbox.run(['chat', 'chain.yaml'], { stdin: 'one\ntwo\nthree\n', env });
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(ended.stderr.split('traces were not delivered').length, 2, ended.stderr);
    assert.match(ended.stderr, /it answered 500\n$/);
  });
});
