import OpenAI from 'openai';
import type { Serving } from '../serving.ts';

/** The `openai` package, pointed at the server; it makes nothing again unless told to. */
export function clientOf({ url }: Pick<Serving, 'url'>, options: { readonly maxRetries?: number } = {}): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey: 'not-needed', maxRetries: 0, ...options });
}

export async function all<T>(stream: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = [];
  for await (const item of stream) list.push(item);
  return list;
}
