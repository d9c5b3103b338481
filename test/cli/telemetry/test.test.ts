import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { outlineOf, startTracing } from './tracing.ts';

const CHAIN = [
  'model: openai/gpt-x',
  'steps: [{ id: say, prompt: "{input}" }]',
  'tests:',
  '  - { id: good, input: one, assert: [{ type: contains, value: one }] }',
  '  - { id: bad, input: two, assert: [{ type: contains, value: three }] }',
  '',
].join('\n');

describe('the traces of a test', () => {
  it('are one for each case', async () => {
    await using tracing = await startTracing(CHAIN);
    const ended = await tracing.sandbox.run(['test', 'chain.yaml'], { env: tracing.env });
    assert.equal(ended.code, 5, ended.stderr);
    const runs = tracing.receiver.spans.filter(({ name }) => name === 'invoke_workflow chain');
    assert.deepEqual(runs.map(({ attributes }) => attributes['promptchain.test.case']).sort(), ['bad', 'good']);
    for (const { traceId } of runs) {
      const own = tracing.receiver.spans.filter((span) => span.traceId === traceId);
      assert.deepEqual(outlineOf(own), ['invoke_workflow chain', '  prompt say', '    chat gpt-x']);
    }
  });

  it('have no requests where a file answers', async () => {
    await using tracing = await startTracing(CHAIN, { files: { 'stubs.yaml': 'steps: { say: one }\n' } });
    const ended = await tracing.sandbox.run(['test', 'chain.yaml', '--stubs', 'stubs.yaml'], { env: tracing.env });
    assert.equal(ended.code, 5, ended.stderr);
    assert.equal(tracing.receiver.spans.filter(({ name }) => name === 'prompt say').length, 2);
    assert.ok(tracing.receiver.spans.every(({ name }) => !name.startsWith('chat')));
  });

  it('that are lost change no verdict, and nothing beside JSON', async () => {
    await using tracing = await startTracing(CHAIN, { receiver: { answer: (response) => response.writeHead(500).end() } });
    const ended = await tracing.sandbox.run(['test', 'chain.yaml', '--json'], { env: tracing.env });
    assert.deepEqual([ended.code, ended.stderr], [5, '']);
    const text = await tracing.sandbox.run(['test', 'chain.yaml'], { env: tracing.env });
    assert.equal(text.code, 5);
    assert.equal(text.stderr.split('traces were not delivered').length, 2, text.stderr);
  });
});
