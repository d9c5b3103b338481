import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModelEvent } from '../../src/core/model.ts';
import { startFakeProvider } from '../fake/provider.ts';
import { ask, collect, joined, never, openAt } from './calling.ts';

/** What hosts that copied Chat Completions make of it: each stream as one was seen to write it. */
async function read(...events: readonly (object | string)[]): Promise<ModelEvent[]> {
  const body = events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join('');
  await using fake = await startFakeProvider({ replies: [{ body, contentType: 'text/event-stream' }] });
  return joined(await collect((await openAt(fake, 'openai/any')).stream(ask('hello'), never())));
}

const delta = (fields: object, finish: string | null = null) => ({
  choices: [{ index: 0, delta: fields, finish_reason: finish }],
});
const text = (content: string): ModelEvent => ({ type: 'text-delta', text: content });
const finish = (reason: string) => ({ type: 'finish', reason });

test('[DONE] with a null finish reason is a whole answer', async () => {
  assert.deepEqual(await read(delta({ content: 'hi' }), '[DONE]'), [text('hi'), finish('unknown')]);
});

test('a finish reason without [DONE] is a whole answer', async () => {
  assert.deepEqual(await read(delta({ content: 'hi' }), delta({}, 'stop')), [text('hi'), finish('stop')]);
});

test('usage that comes after the finish reason is not missed', async () => {
  const usage = {
    prompt_tokens: 3,
    completion_tokens: 4,
    prompt_tokens_details: { cached_tokens: 1 },
    completion_tokens_details: { reasoning_tokens: 2 },
  };
  assert.deepEqual(await read(delta({ content: 'hi' }, 'stop'), { choices: [], usage }, '[DONE]'), [
    text('hi'),
    { type: 'usage', usage: { input_tokens: 3, output_tokens: 4, cached_input_tokens: 1, reasoning_tokens: 2 } },
    finish('stop'),
  ]);
});

test('usage in a field of the host (Groq, DeepSeek)', async () => {
  const groq = { ...delta({}, 'stop'), x_groq: { usage: { prompt_tokens: 3, completion_tokens: 4 } } };
  assert.deepEqual(await read(groq), [{ type: 'usage', usage: { input_tokens: 3, output_tokens: 4 } }, finish('stop')]);
  const deepseek = { ...delta({}, 'stop'), usage: { prompt_tokens: 9, completion_tokens: 1, prompt_cache_hit_tokens: 8 } };
  assert.deepEqual((await read(deepseek))[0], {
    type: 'usage',
    usage: { input_tokens: 9, output_tokens: 1, cached_input_tokens: 8 },
  });
});

test('thoughts, under each of their names', async () => {
  const thinking = { type: 'thinking', thinking: [{ type: 'text', text: 'c' }] };
  assert.deepEqual(
    await read(
      delta({ reasoning_content: 'a' }),
      delta({ reasoning: 'b' }),
      delta({ content: [thinking, { type: 'text', text: 'so' }] }),
      delta({}, 'stop'),
    ),
    [{ type: 'reasoning-delta', text: 'abc' }, text('so'), finish('stop')],
  );
});

test('a tool call that comes whole, without index or id, and ends with "stop"', async () => {
  const call = { function: { name: 'look', arguments: '{"a":1}' } };
  assert.deepEqual(await read(delta({ tool_calls: [call, call] }), delta({}, 'stop'), '[DONE]'), [
    { type: 'tool-call', call: { id: 'call_0', name: 'look', arguments: '{"a":1}' } },
    { type: 'tool-call', call: { id: 'call_1', name: 'look', arguments: '{"a":1}' } },
    finish('tool_calls'),
  ]);
});

test('two tool calls whose pieces alternate', async () => {
  const part = (index: number, fields: object) => ({ index, ...fields });
  const events = await read(
    delta({
      tool_calls: [
        part(0, { id: 'a', function: { name: 'x', arguments: '' } }),
        part(1, { id: 'b', function: { name: 'y', arguments: '{' } }),
      ],
    }),
    delta({ tool_calls: [part(1, { function: { arguments: '}' } }), part(0, { function: { arguments: '[]' } })] }),
    delta({}, 'tool_calls'),
  );
  assert.deepEqual(events.slice(0, 2), [
    { type: 'tool-call', call: { id: 'a', name: 'x', arguments: '[]' } },
    { type: 'tool-call', call: { id: 'b', name: 'y', arguments: '{}' } },
  ]);
});

test('only the first choice is read', async () => {
  const second = { choices: [{ index: 1, delta: { content: 'no' }, finish_reason: 'stop' }] };
  assert.deepEqual(await read(delta({ content: 'yes' }), second, delta({}, 'stop')), [text('yes'), finish('stop')]);
});

for (const [theirs, ours] of [
  ['eos', 'stop'],
  ['end_turn', 'stop'],
  ['model_length', 'length'],
  ['max_tokens', 'length'],
  ['function_call', 'tool_calls'],
  ['something_new', 'unknown'],
] as const) {
  test(`finish reason ${theirs} is ${ours}`, async () => {
    assert.deepEqual(await read(delta({}, theirs)), [finish(ours)]);
  });
}

test('finish reason "error" is a failure', async () => {
  await assert.rejects(read(delta({ content: 'so far' }), delta({}, 'error')), { name: 'ModelError', reason: 'server' });
});

test('an error with a status of its own is classed by it (OpenRouter, Gemini)', async () => {
  await assert.rejects(read({ error: { code: 429, message: 'slow down' } }), { reason: 'rate_limit' });
  await assert.rejects(read({ error: { code: 503, message: 'later', status: 'UNAVAILABLE' } }), { reason: 'overloaded' });
});

test('parts that make no sense are passed over, not tripped over', async () => {
  const events = await read(
    delta({ tool_calls: [null, 7] }),
    { choices: [null, 'x'] },
    delta({ content: [null, { type: 'thinking', thinking: [null] }] }),
    delta({ content: 'hi', tool_calls: 'no' }, 'stop'),
  );
  assert.deepEqual(events, [text('hi'), finish('stop')]);
});

test('an error under a status of success is told in the words of the host', async () => {
  await using fake = await startFakeProvider({ replies: [{ body: '{"error":{"message":"model is gone"}}' }] });
  await assert.rejects(collect((await openAt(fake, 'openai/any')).stream(ask('hello'), never())), {
    code: 'PC5016',
    message: 'OpenAI answered 200 with application/json instead of an event stream: model is gone',
  });
});
