import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { postJson, serve, TEST_KEY, within } from '../serving.ts';
import { cancel, clientOf } from './client.ts';

const ASK = { model: 'one', messages: [{ role: 'user' as const, content: 'x' }] };
const ONE_TRY = 'name: one\nmodel: openai/gpt-4.1-mini\nsteps:\n  - prompt: "Say: {input}"\n    retry: 1\n';

test('what is temporary is made again by the client, when the provider says so', async () => {
  const refusal = { status: 429, retryAfterMs: '20', error: { message: 'slow down' } };
  await using server = await serve({ files: { 'one.yaml': ONE_TRY }, fake: { replies: [refusal, { text: 'there' }] } });
  const answer = await clientOf(server, { maxRetries: 1 }).chat.completions.create(ASK);
  assert.equal(answer.choices[0]?.message.content, 'there');
  server.fake.reply(refusal);
  await assert.rejects(clientOf(server).chat.completions.create(ASK), (error: unknown) => {
    assert.ok(error instanceof OpenAI.RateLimitError);
    assert.deepEqual([error.status, error.code, error.type], [429, 'rate_limit_exceeded', 'rate_limit_error']);
    assert.equal(error.headers?.get('retry-after'), '1');
    return true;
  });
});

for (const [name, reply, status, code] of [
  ['a key of the server that is refused', { status: 401, error: { message: 'bad key' } }, 502, 'PC4002'],
  ['an account without credit', { status: 429, error: { code: 'insufficient_quota', message: 'no credit' } }, 502, 'PC5013'],
  ['a model that the provider does not know', { status: 404, error: { message: 'no such model' } }, 502, 'PC5011'],
  [
    'a prompt that is too long',
    { status: 400, error: { code: 'context_length_exceeded', message: 'maximum context length' } },
    422,
    'context_length_exceeded',
  ],
] as const) {
  test(`${name} is told with its status, and not made again`, async () => {
    await using server = await serve({ files: { 'one.yaml': ONE_TRY }, fake: { fallback: reply } });
    for (const stream of [false, true]) {
      await assert.rejects(async () => clientOf(server, { maxRetries: 2 }).chat.completions.create({ ...ASK, stream }), {
        status,
        code,
      });
    }
    assert.equal(server.fake.requests.length, 2);
    const response = await postJson(`${server.url}/v1/chat/completions`, ASK);
    assert.equal(response.headers.get('x-should-retry'), 'false');
    assert.ok(!(await response.text()).includes(TEST_KEY));
  });
}

test('a failure in the middle of a stream is thrown by the openai package, and the stream has no end mark', async () => {
  await using server = await serve({ files: { 'one.yaml': ONE_TRY }, fake: { fallback: { text: 'a b c d', stall: 'mid' } } });
  let raw: Promise<string> | undefined;
  const overheard: typeof fetch = async (...request) => {
    const response = await fetch(...request);
    raw = response.clone().text();
    return response;
  };
  const client = clientOf(server, { fetch: overheard });
  const stream = await client.chat.completions.create({ ...ASK, stream: true });
  await assert.rejects(async () => {
    for await (const { id, choices } of stream) if (choices[0]?.delta.content) await cancel(server, id);
  }, OpenAI.APIError);
  assert.match((await raw) ?? '', /event: error\ndata: \{"error":\{"message":".*a client cancelled the run/);
  assert.ok(!(await raw)?.includes('[DONE]'));

  const events = await client.responses.create({ model: 'one', input: 'x', stream: true });
  let id = '';
  await assert.rejects(async () => {
    for await (const event of events) {
      if (event.type === 'response.created') id = event.response.id;
      if (event.type === 'response.output_text.delta') await cancel(server, id);
    }
  }, OpenAI.APIError);
  assert.match((await raw) ?? '', /event: response\.failed\ndata: .*"status":"failed"/);
});

test('a command that fails and a value that does not fit are no fault of a provider', async () => {
  const chain = 'name: one\ninputs: {n: {type: integer, required: true}}\nsteps:\n  - run: [sh, -c, "exit 3"]\n';
  await using server = await serve({ files: { 'one.yaml': chain } });
  const create = (inputs: object) => clientOf(server).chat.completions.create({ ...ASK, ...{ inputs } });
  await assert.rejects(create({}), { status: 400, code: 'PC2024', message: /input "n" is required/ });
  await assert.rejects(create({ n: 'many' }), { status: 400, message: /must be a whole number/ });
  await assert.rejects(create({ n: 1 }), { status: 500, type: 'server_error', message: /step "1"/ });
});

test('a stream whose model takes its time begins before it answers, and may fail later', async () => {
  await using server = await serve({
    files: { 'one.yaml': ONE_TRY },
    args: ['--heartbeat', '50ms', '--timeout', '2s'],
    fake: { fallback: { stall: 'before' } },
  });
  const response = await within(postJson(`${server.url}/v1/chat/completions`, { ...ASK, stream: true }), 'no head comes');
  assert.equal(response.status, 200);
  const text = await within(response.text(), 'the stream does not end');
  assert.match(text, /^: $/m);
  assert.match(text, /event: error\ndata: .*PC9001/);
  assert.ok(!text.includes('[DONE]'));
});
