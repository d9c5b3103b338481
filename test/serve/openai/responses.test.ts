import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chainOf, serve } from '../serving.ts';
import { all, clientOf } from './client.ts';

const USAGE = { input: 20, output: 7, cached: 4, reasoning: 3 };

test('a response has the text, the thoughts and the usage', async () => {
  await using server = await serve({
    files: { 'one.yaml': chainOf('one') },
    fake: { fallback: { text: 'fine words', reasoning: 'Let me see.', usage: USAGE } },
  });
  const response = await clientOf(server).responses.create({ model: 'one', input: 'a poem' });
  assert.equal(response.output_text, 'fine words');
  assert.deepEqual([response.status, response.model, response.error], ['completed', 'one', null]);
  assert.deepEqual(
    response.output.map(({ type }) => type),
    ['reasoning', 'message'],
  );
  assert.deepEqual(response.usage, {
    input_tokens: 20,
    input_tokens_details: { cached_tokens: 4 },
    output_tokens: 7,
    output_tokens_details: { reasoning_tokens: 3 },
    total_tokens: 27,
  });
  assert.equal((await fetch(`${server.url}/runs/${response.id.replace(/^resp_/, '')}`)).status, 200);
});

test('streamed, its events are numbered, and put together they are the whole response', async () => {
  await using server = await serve({
    files: { 'one.yaml': chainOf('one') },
    fake: { fallback: { text: 'one two three', reasoning: 'Hm.', usage: USAGE } },
  });
  const events = await all(await clientOf(server).responses.create({ model: 'one', input: 'x', stream: true }));
  assert.deepEqual(
    events.map(({ sequence_number }) => sequence_number),
    events.map((_, index) => index),
  );
  assert.deepEqual([...new Set(events.map(({ type }) => type))].sort(), [
    'response.completed',
    'response.content_part.added',
    'response.content_part.done',
    'response.created',
    'response.in_progress',
    'response.output_item.added',
    'response.output_item.done',
    'response.output_text.delta',
    'response.output_text.done',
    'response.reasoning_summary_part.added',
    'response.reasoning_summary_part.done',
    'response.reasoning_summary_text.delta',
    'response.reasoning_summary_text.done',
  ]);
  const whole = await clientOf(server).responses.stream({ model: 'one', input: 'x' }).finalResponse();
  assert.equal(whole.output_text, 'one two three');
  assert.deepEqual([whole.output.length, whole.usage?.total_tokens], [2, 27]);
});

test('an answer that was cut is incomplete, and says why', async () => {
  await using server = await serve({
    files: { 'one.yaml': chainOf('one') },
    fake: { fallback: { text: 'so', finish: 'length' } },
  });
  const response = await clientOf(server).responses.create({ model: 'one', input: 'x' });
  assert.deepEqual([response.status, response.incomplete_details?.reason], ['incomplete', 'max_output_tokens']);
  const events = await all(await clientOf(server).responses.create({ model: 'one', input: 'x', stream: true }));
  assert.equal(events.at(-1)?.type, 'response.incomplete');
});

test('what is kept nowhere is refused, and so is what a chain cannot do', async () => {
  await using server = await serve({ files: { 'one.yaml': chainOf('one') } });
  const { responses } = clientOf(server);
  const unsupported = (param: string) => ({ status: 400, code: 'unsupported_parameter', param });
  const ask = { model: 'one', input: 'x' };
  await assert.rejects(responses.create({ ...ask, previous_response_id: 'resp_1' }), unsupported('previous_response_id'));
  await assert.rejects(responses.create({ ...ask, conversation: 'conv_1' }), unsupported('conversation'));
  await assert.rejects(responses.create({ ...ask, background: true }), unsupported('background'));
  await assert.rejects(responses.create({ ...ask, tools: [{ type: 'web_search' }] }), unsupported('tools'));
  await assert.rejects(responses.create({ ...ask, text: { format: { type: 'json_object' } } }), unsupported('text'));
  const output = { type: 'function_call_output' as const, call_id: 'c', output: '1' };
  await assert.rejects(responses.create({ model: 'one', input: [{ role: 'user', content: 'x' }, output] }), {
    status: 400,
    param: 'input[1]',
  });
  assert.equal(server.fake.requests.length, 0);
  const { response, data } = await responses
    .create({ ...ask, store: true, text: { format: { type: 'text' } }, tools: [], temperature: 0.2 })
    .withResponse();
  assert.equal((data as { readonly store?: boolean }).store, false);
  assert.deepEqual(response.headers.get('x-promptchain-ignored')?.split(', ').sort(), ['store', 'temperature']);
});
