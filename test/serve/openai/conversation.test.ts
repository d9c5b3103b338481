import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AIMessage, type BaseMessage, HumanMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import type OpenAI from 'openai';
import { chainOf, serve } from '../serving.ts';
import { clientOf } from './client.ts';

const CHAIN = `name: talk
model: openai/gpt-4.1-mini
steps:
  - prompt: "{input}"
    history: full
`;

const SAID = [
  { role: 'user', content: 'one' },
  { role: 'assistant', content: '[gpt-4.1-mini] one' },
  { role: 'user', content: 'two' },
  { role: 'assistant', content: '[gpt-4.1-mini] two' },
  { role: 'user', content: 'three' },
];

test('a streamed conversation of several turns: what was said before reaches the model', async () => {
  await using server = await serve({ files: { 'talk.yaml': CHAIN } });
  const { completions } = clientOf(server).chat;
  const messages: OpenAI.ChatCompletionMessageParam[] = [];
  for (const content of ['one', 'two', 'three']) {
    messages.push({ role: 'user', content });
    let answer = '';
    for await (const { choices } of await completions.create({ model: 'talk', messages, stream: true })) {
      answer += choices[0]?.delta.content ?? '';
    }
    messages.push({ role: 'assistant', content: answer });
  }
  assert.deepEqual(server.fake.requests.at(-1)?.body.messages, SAID);
});

test('the same through LangChain and through Responses', async () => {
  await using server = await serve({ files: { 'talk.yaml': CHAIN } });
  const model = new ChatOpenAI({ model: 'talk', apiKey: 'not-needed', configuration: { baseURL: `${server.url}/v1` } });
  const messages: BaseMessage[] = [];
  for (const text of ['one', 'two', 'three']) {
    messages.push(new HumanMessage(text));
    let answer = '';
    for await (const chunk of await model.stream(messages)) answer += chunk.text;
    messages.push(new AIMessage(answer));
  }
  assert.deepEqual(server.fake.requests.at(-1)?.body.messages, SAID);

  const input: OpenAI.Responses.ResponseInputItem[] = [];
  for (const content of ['one', 'two', 'three']) {
    input.push({ role: 'user', content });
    const response = await clientOf(server).responses.create({ model: 'talk', input });
    input.push(...(response.output as OpenAI.Responses.ResponseInputItem[]));
  }
  assert.deepEqual(server.fake.requests.at(-1)?.body.messages, SAID);
});

test('messages in any order become turns: those of one side are one, an empty one is none', async () => {
  await using server = await serve({ files: { 'talk.yaml': CHAIN, 'one.yaml': chainOf('one') } });
  const messages: OpenAI.ChatCompletionMessageParam[] = [
    { role: 'assistant', content: 'Welcome.' },
    { role: 'user', content: 'a' },
    { role: 'assistant', content: '' },
    { role: 'user', content: 'b' },
    { role: 'assistant', content: 'c' },
    { role: 'system', content: 'Be brief.' },
    { role: 'assistant', content: [{ type: 'text', text: 'd' }] },
    { role: 'user', content: 'e' },
    { role: 'user', content: 'f' },
  ];
  const { response } = await clientOf(server).chat.completions.create({ model: 'talk', messages }).withResponse();
  assert.deepEqual(server.fake.requests[0]?.body.messages, [
    { role: 'user', content: 'a\n\nb' },
    { role: 'assistant', content: 'c\n\nd' },
    { role: 'user', content: 'e\n\nf' },
  ]);
  assert.equal(response.headers.get('x-promptchain-ignored'), 'system, messages[0]');
  const alone = await clientOf(server).chat.completions.create({ model: 'one', messages }).withResponse();
  assert.equal(alone.data.choices[0]?.message.content, '[gpt-4.1-mini] Say: e\n\nf');
  assert.equal(alone.response.headers.get('x-promptchain-ignored'), 'system, history, messages[0]');
});
