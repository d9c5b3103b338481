import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HumanMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { chainOf, type Serving, serve } from '../serving.ts';
import { cancel } from './client.ts';

test("LangChain's ChatOpenAI gets an answer, whole and streamed, and its usage", async () => {
  const usage = { input: 20, output: 7, cached: 4, reasoning: 3 };
  await using server = await serve({ files: { 'one.yaml': chainOf('one') }, fake: { fallback: { text: 'fine words', usage } } });
  for (const useResponsesApi of [false, true]) {
    const model = modelOf(server, { useResponsesApi });
    const whole = await model.invoke([new HumanMessage('x')]);
    assert.equal(whole.text, 'fine words');
    assert.equal(tokensOf(whole), 27);
    let text = '';
    let total = 0;
    for await (const chunk of await model.stream('x')) {
      text += chunk.text;
      total += tokensOf(chunk);
    }
    assert.deepEqual([text, total], ['fine words', 27]);
  }
});

test("LangChain's ChatOpenAI throws what the server says", async () => {
  await using server = await serve({
    files: { 'one.yaml': chainOf('one') },
    fake: { fallback: { text: 'a b c d', stall: 'mid' } },
  });
  await assert.rejects(
    modelOf(server)
      .bindTools([{ type: 'function', function: { name: 'f' } }])
      .invoke('x'),
    {
      status: 400,
      message: /"tools" is not supported/,
    },
  );
  await assert.rejects(async () => {
    for await (const { id = '', text } of await modelOf(server).stream('x')) if (text !== '') await cancel(server, id);
  }, /a client cancelled the run/);
});

function modelOf({ url }: Serving, options: { readonly useResponsesApi?: boolean } = {}): ChatOpenAI {
  return new ChatOpenAI({
    model: 'one',
    apiKey: 'not-needed',
    maxRetries: 0,
    configuration: { baseURL: `${url}/v1` },
    ...options,
  });
}

/** A field that the type of some messages has and that of others has not. */
function tokensOf(message: object): number {
  return (message as { readonly usage_metadata?: { readonly total_tokens: number } }).usage_metadata?.total_tokens ?? 0;
}
