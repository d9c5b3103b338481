import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chainOf, serve, within } from '../serving.ts';
import { all, clientOf } from './client.ts';

const USAGE = { input: 20, output: 7, cached: 4, reasoning: 3 };

test('each chain is a model, and one that is not served is not found', async () => {
  await using server = await serve({ files: { 'one.yaml': chainOf('one'), 'two.yaml': chainOf('two') } });
  const client = clientOf(server);
  const models = await client.models.list();
  assert.deepEqual(
    models.data.map(({ id, object }) => [id, object]),
    [
      ['one', 'model'],
      ['two', 'model'],
    ],
  );
  assert.equal((await client.models.retrieve('two')).id, 'two');
  const unknown = { status: 404, code: 'model_not_found', param: 'model', type: 'invalid_request_error' };
  await assert.rejects(client.models.retrieve('three'), { ...unknown, message: /no model "three" here: one, two/ });
  await assert.rejects(client.chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content: 'x' }] }), unknown);
});

test('a whole answer has the text, the thoughts, the usage of all steps, and the id of the run', async () => {
  const chain = 'name: two-steps\nmodel: openai/o4-mini\nsteps:\n  - prompt: "Draft {input}"\n  - prompt: "Polish {input}"\n';
  await using server = await serve({
    files: { 'one.yaml': chain },
    fake: {
      replies: [
        { text: 'rough', usage: USAGE },
        { text: 'fine words', reasoning: 'Let me see.', usage: USAGE },
      ],
    },
  });
  const { data, response } = await clientOf(server)
    .chat.completions.create({ model: 'two-steps', messages: [{ role: 'user', content: 'a poem' }] })
    .withResponse();
  const [choice] = data.choices;
  assert.equal(choice?.message.content, 'fine words');
  assert.equal(thoughtsOf(choice?.message), 'Let me see.');
  assert.equal(choice?.finish_reason, 'stop');
  assert.equal(data.model, 'two-steps');
  assert.deepEqual([data.usage?.prompt_tokens, data.usage?.completion_tokens, data.usage?.total_tokens], [40, 14, 54]);
  assert.equal(data.usage?.prompt_tokens_details?.cached_tokens, 8);
  assert.equal(data.usage?.completion_tokens_details?.reasoning_tokens, 6);
  const run = data.id.replace(/^chatcmpl-/, '');
  assert.equal(response.headers.get('x-request-id'), run);
  assert.equal(((await (await fetch(`${server.url}/runs/${run}`)).json()) as { chain: string }).chain, 'two-steps');
});

test('a streamed answer is whole, its usage last when asked for', async () => {
  await using server = await serve({
    files: { 'one.yaml': chainOf('one') },
    fake: { fallback: { text: 'one two three', reasoning: 'Hm.', usage: USAGE } },
  });
  const ask = { model: 'one', messages: [{ role: 'user' as const, content: 'x' }], stream: true as const };
  const chunks = await all(await clientOf(server).chat.completions.create({ ...ask, stream_options: { include_usage: true } }));
  const deltas = chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta));
  assert.equal(deltas[0]?.role, 'assistant');
  assert.equal(deltas.map(({ content }) => content ?? '').join(''), 'one two three');
  assert.equal(deltas.map((delta) => thoughtsOf(delta)).join(''), 'Hm.');
  assert.deepEqual(
    chunks.flatMap(({ choices }) => choices.map(({ finish_reason }) => finish_reason)).filter((reason) => reason !== null),
    ['stop'],
  );
  assert.deepEqual([chunks.at(-1)?.choices, chunks.at(-1)?.usage?.total_tokens], [[], 27]);
  assert.equal(new Set(chunks.map(({ id }) => id)).size, 1);
  const plain = await all(await clientOf(server).chat.completions.create(ask));
  assert.ok(plain.every(({ usage, choices }) => usage === undefined && choices.length === 1));
});

test('the helper of the openai package puts a stream together, and an answer that was cut says so', async () => {
  await using server = await serve({
    files: { 'one.yaml': chainOf('one') },
    fake: { fallback: { text: 'it goes on and', finish: 'length' } },
  });
  const messages = [{ role: 'user' as const, content: 'x' }];
  const stream = clientOf(server).chat.completions.stream({ model: 'one', messages });
  const [streamed] = (await stream.finalChatCompletion()).choices;
  assert.deepEqual([streamed?.finish_reason, streamed?.message.content], ['length', 'it goes on and']);
  const whole = await clientOf(server).chat.completions.create({ model: 'one', messages });
  assert.deepEqual([whole.choices[0]?.finish_reason, whole.choices[0]?.message.content], ['length', 'it goes on and']);
});

test('a chain whose output is a map answers with its JSON', async () => {
  const chain = `${chainOf('map')}output: {answer: "{input}", n: 2}\n`;
  await using server = await serve({ files: { 'map.yaml': chain }, fake: { fallback: { text: 'yes' } } });
  const ask = { model: 'map', messages: [{ role: 'user' as const, content: 'x' }] };
  const whole = await clientOf(server).chat.completions.create(ask);
  assert.deepEqual(JSON.parse(whole.choices[0]?.message.content ?? ''), { answer: 'yes', n: 2 });
  const chunks = await all(await clientOf(server).chat.completions.create({ ...ask, stream: true }));
  const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('');
  assert.deepEqual(JSON.parse(text), { answer: 'yes', n: 2 });
});

test('a client that goes away ends the run, streamed or not, and the journal tells so', async () => {
  await using server = await serve({ files: { 'one.yaml': chainOf('one') }, fake: { fallback: { stall: 'mid' } } });
  const ask = { model: 'one', messages: [{ role: 'user' as const, content: 'x' }] };
  const stream = await clientOf(server).chat.completions.create({ ...ask, stream: true });
  for await (const { choices } of stream) if ((choices[0]?.delta.content ?? '') !== '') break;
  await within(server.fake.abandoned(1), 'the streamed call is not dropped', server.stderr);
  const leave = new AbortController();
  const whole = clientOf(server).chat.completions.create(ask, { signal: leave.signal });
  await server.fake.received(2);
  leave.abort();
  await assert.rejects(whole, /aborted/i);
  await within(server.fake.abandoned(2), 'the call is not dropped', server.stderr);
  const { runs } = (await (await fetch(`${server.url}/runs`)).json()) as { runs: { id: string }[] };
  assert.equal(runs.length, 2);
  for (const { id } of runs) {
    const events = await within((await fetch(`${server.url}/runs/${id}/events`)).text(), 'the run does not end', server.stderr);
    assert.match(events, /event: run\.interrupted/);
  }
});

/** A field of others than OpenAI, which its types do not know. */
function thoughtsOf(message: object | undefined): string {
  return (message as { readonly reasoning_content?: string } | undefined)?.reasoning_content ?? '';
}
