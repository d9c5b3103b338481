import assert from 'node:assert/strict';
import OpenAI, { type ClientOptions } from 'openai';
import type { Serving } from '../serving.ts';

/** The `openai` package, pointed at the server; it makes nothing again unless told to. */
export function clientOf({ url }: Pick<Serving, 'url'>, options: Pick<ClientOptions, 'maxRetries' | 'fetch'> = {}): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey: 'not-needed', maxRetries: 0, ...options });
}

export async function all<T>(stream: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = [];
  for await (const item of stream) list.push(item);
  return list;
}

/** Ends the run of an answer, by the id of the answer, while it goes on. */
export async function cancel({ url }: Pick<Serving, 'url'>, id: string): Promise<void> {
  const { status } = await fetch(`${url}/runs/${id.replace(/^(chatcmpl-|resp_)/, '')}/cancel`, { method: 'POST' });
  assert.equal(status, 202);
}
