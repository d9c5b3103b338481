import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { startFakeProvider } from './provider.ts';

test('chat completions: the SDK reads the text, the tool call and the usage', async () => {
  await using fake = await startFakeProvider({
    replies: [{ toolCalls: [{ id: 'c1', name: 'look', arguments: '{"a":1}' }], text: 'so' }],
  });
  const client = new OpenAI({ apiKey: 'k', baseURL: fake.openaiUrl, maxRetries: 0 });
  const stream = client.chat.completions.stream({
    model: 'm',
    messages: [{ role: 'user', content: 'hi' }],
    stream_options: { include_usage: true },
  });
  const answer = await stream.finalChatCompletion();
  const [call] = answer.choices[0]?.message.tool_calls ?? [];
  assert.equal(answer.choices[0]?.message.content, 'so');
  assert.equal(call?.type === 'function' ? call.function.arguments : undefined, '{"a":1}');
  assert.equal(answer.usage?.prompt_tokens, 1);
  assert.equal(fake.requests[0]?.path, '/v1/chat/completions');
});

test('responses: the SDK reads the text, the tool call and the usage', async () => {
  await using fake = await startFakeProvider({
    replies: [{ toolCalls: [{ id: 'c1', name: 'look', arguments: '{"a":1}' }], text: 'so' }],
  });
  const client = new OpenAI({ apiKey: 'k', baseURL: fake.openaiUrl, maxRetries: 0 });
  const answer = await client.responses.create({ model: 'm', input: 'hi' });
  assert.equal(answer.output_text, 'so');
  const streamed = await client.responses.create({ model: 'm', input: 'hi there', stream: true });
  let text = '';
  for await (const event of streamed) if (event.type === 'response.output_text.delta') text += event.delta;
  assert.equal(text, '[m] hi there');
});

test('messages: the SDK reads the text, the tool call and the usage', async () => {
  await using fake = await startFakeProvider({
    replies: [{ toolCalls: [{ id: 'c1', name: 'look', arguments: '{"a":1}' }], text: 'so' }],
  });
  const client = new Anthropic({ apiKey: 'k', baseURL: fake.anthropicUrl, maxRetries: 0 });
  const answer = await client.messages
    .stream({ model: 'm', max_tokens: 10, messages: [{ role: 'user', content: 'hi' }] })
    .finalMessage();
  assert.deepEqual(
    answer.content.map((block) => (block.type === 'tool_use' ? block.input : block.type === 'text' ? block.text : block.type)),
    ['so', { a: 1 }],
  );
  assert.equal(answer.stop_reason, 'tool_use');
});

test('the queue gives each request the first reply meant for it', async () => {
  await using fake = await startFakeProvider({ replies: [{ when: 'beta', text: 'for b' }, { status: 529 }] });
  const ask = async (model: string) => {
    const response = await fetch(`${fake.anthropicUrl}/v1/messages`, {
      method: 'POST',
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'x' }] }),
    });
    return {
      status: response.status,
      body: (await response.json()) as { content?: { text: string }[]; error?: { type: string } },
    };
  };
  assert.equal((await ask('alpha')).body.error?.type, 'overloaded_error');
  assert.equal((await ask('beta')).body.content?.[0]?.text, 'for b');
  assert.equal((await ask('beta')).body.content?.[0]?.text, '[beta] x');
  assert.deepEqual(
    fake.requests.map(({ body }) => body.model),
    ['alpha', 'beta', 'beta'],
  );
});
