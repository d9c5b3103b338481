import assert from 'node:assert/strict';
import { test } from 'node:test';
import type OpenAI from 'openai';
import { chainOf, serve } from '../serving.ts';
import { clientOf } from './client.ts';

type Body = OpenAI.ChatCompletionCreateParamsNonStreaming;
type Messages = Body['messages'];

const USER: Messages = [{ role: 'user', content: 'hello' }];
const INPUTS = `name: tuned
model: openai/gpt-4.1-mini
inputs:
  system: {default: none}
  tone: {type: choice, options: [warm, dry], default: dry}
steps:
  - prompt: "[{inputs.system}] {inputs.tone}: {input}"
`;

test('system messages are an input named system, and other inputs have a field of their own', async () => {
  await using server = await serve({ files: { 'tuned.yaml': INPUTS, 'one.yaml': chainOf('one') } });
  const { completions } = clientOf(server).chat;
  const messages: Messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'developer', content: [{ type: 'text', text: 'Be kind.' }] },
    ...USER,
  ];
  const body = { model: 'tuned', messages, inputs: { tone: 'warm' } };
  const tuned = await completions.create(body).withResponse();
  assert.equal(tuned.data.choices[0]?.message.content, '[gpt-4.1-mini] [Be brief.\n\nBe kind.] warm: hello');
  assert.equal(tuned.response.headers.get('x-promptchain-ignored'), null);
  const other = await completions.create({ model: 'one', messages }).withResponse();
  assert.equal(other.data.choices[0]?.message.content, '[gpt-4.1-mini] Say: hello');
  assert.equal(other.response.headers.get('x-promptchain-ignored'), 'system');
  const twice = { model: 'tuned', messages, inputs: { system: 'x' } };
  await assert.rejects(completions.create(twice), { status: 400, param: 'inputs.system' });
});

test('parameters that clients may set reach the model; others are told to have no effect', async () => {
  await using server = await serve({
    files: { 'one.yaml': chainOf('one') },
    args: ['--allow-override', 'temperature,max_tokens,stop_sequences'],
  });
  const { completions } = clientOf(server).chat;
  const { response } = await completions
    .create({
      model: 'one',
      messages: USER,
      temperature: 0.3,
      max_completion_tokens: 9,
      stop: 'END',
      seed: 7,
      top_p: 0.5,
      metadata: { a: 'b' },
      n: 1,
      tools: [],
      response_format: { type: 'text' },
      user: 'ann',
    })
    .withResponse();
  assert.deepEqual(response.headers.get('x-promptchain-ignored')?.split(', ').sort(), ['metadata', 'seed', 'top_p']);
  const body = server.fake.requests[0]?.body ?? {};
  assert.deepEqual([body.temperature, body.max_completion_tokens ?? body.max_tokens, body.stop], [0.3, 9, ['END']]);
  assert.deepEqual([body.seed, body.top_p], [undefined, undefined]);
});

test('a value that is none for what clients may set is refused under the name of its field', async () => {
  await using server = await serve({
    files: { 'one.yaml': chainOf('one') },
    args: ['--allow-override', 'temperature,max_tokens,stop_sequences'],
  });
  const { completions } = clientOf(server).chat;
  for (const [param, fields] of [
    ['temperature', { temperature: 9 }],
    ['max_completion_tokens', { max_completion_tokens: -1 }],
    ['stop', { stop: 5 as unknown as string }],
  ] as const) {
    const refusal = { status: 400, param, message: new RegExp(`"${param}": `) };
    await assert.rejects(completions.create({ model: 'one', messages: USER, ...fields }), refusal);
  }
  const { responses } = clientOf(server);
  await assert.rejects(responses.create({ model: 'one' }), { status: 400, param: 'input', message: /"input" is required/ });
  assert.equal(server.fake.requests.length, 0);
});

const TOOL = { type: 'function' as const, function: { name: 'f', parameters: {} } };
const REFUSED: readonly (readonly [param: string, body: Partial<Body> & { readonly [other: string]: unknown }])[] = [
  ['tools', { tools: [TOOL] }],
  ['functions', { functions: [{ name: 'f' }] }],
  ['tool_choice', { tool_choice: 'required' }],
  ['n', { n: 2 }],
  ['logprobs', { logprobs: true }],
  ['logit_bias', { logit_bias: { 50256: -100 } }],
  ['response_format', { response_format: { type: 'json_object' } }],
  ['response_format', { response_format: { type: 'json_schema', json_schema: { name: 'a', schema: {} } } }],
  ['stop', { stop: ['\n'] }],
  ['modalities', { modalities: ['text', 'audio'] }],
];

const CALL = { id: 'c', type: 'function' as const, function: { name: 'f', arguments: '{}' } };
const IMAGE = { type: 'image_url' as const, image_url: { url: 'https://example.com/a.png' } };
const UNREADABLE: readonly (readonly [param: string, messages: Messages])[] = [
  ['messages[0].content[1]', [{ role: 'user', content: [{ type: 'text', text: 'what is this?' }, IMAGE] }]],
  ['messages[1]', [...USER, { role: 'assistant', tool_calls: [CALL] }, ...USER]],
  ['messages[1]', [...USER, { role: 'tool', tool_call_id: 'c', content: '1' }]],
  ['messages', [...USER, { role: 'assistant', content: 'and then' }]],
  ['messages', [{ role: 'system', content: 'Be brief.' }]],
  ['messages', []],
];

test('what cannot be ignored without a wrong answer is refused, and nothing is asked', async () => {
  await using server = await serve({ files: { 'one.yaml': chainOf('one') } });
  const { completions } = clientOf(server).chat;
  for (const [param, fields] of REFUSED) {
    const refusal = { status: 400, code: 'unsupported_parameter', type: 'invalid_request_error', param };
    await assert.rejects(completions.create({ model: 'one', messages: USER, ...fields }), refusal);
  }
  for (const [param, messages] of UNREADABLE) {
    await assert.rejects(completions.create({ model: 'one', messages }), { status: 400, param }, param);
  }
  const wrong = { model: 'one', messages: USER, inputs: [] as unknown as object };
  await assert.rejects(completions.create(wrong), { status: 400, param: 'inputs' });
  assert.equal(server.fake.requests.length, 0);
});

test('messages of several speakers in a row are one, each with its name', async () => {
  await using server = await serve({ files: { 'one.yaml': chainOf('one', '{input}') } });
  const { data, response } = await clientOf(server)
    .chat.completions.create({
      model: 'one',
      messages: [
        { role: 'assistant', content: 'I greet you.' },
        { role: 'user', name: 'writer', content: 'Here is a draft.' },
        { role: 'user', name: 'critic', content: 'Too long.' },
      ],
    })
    .withResponse();
  assert.equal(data.choices[0]?.message.content, '[gpt-4.1-mini] writer: Here is a draft.\n\ncritic: Too long.');
  assert.equal(response.headers.get('x-promptchain-ignored'), 'messages[0]');
});
