import type { Message } from '../core/message.ts';

/** Characters, about 100,000 tokens at the usual four characters a token: below the window of every current model with tools. */
const LARGEST_CONTEXT = 400_000;

/**
 * The turns that fit beside the task, the newest kept. A turn is an assistant's message with all answers to its calls: none
 * is ever cut in two, because providers refuse a call without its result. What was left out is told in its place.
 */
export function fitted(task: readonly Message[], turns: readonly (readonly Message[])[]): Message[] {
  let room = LARGEST_CONTEXT - sizeOf(task);
  let first = turns.length;
  while (first > 0) {
    const size = sizeOf(turns[first - 1] ?? []);
    if (size > room && first < turns.length) break;
    room -= size;
    first -= 1;
  }
  const left: Message[] =
    first === 0 ? [] : [{ role: 'user', text: `[${first} earlier turns were left out to fit the context]` }];
  return [...left, ...turns.slice(first).flat()];
}

function sizeOf(messages: readonly Message[]): number {
  return messages.reduce((size, message) => size + message.text.length + callsSize(message), 0);
}

function callsSize(message: Message): number {
  if (message.role !== 'assistant') return 0;
  return (message.toolCalls ?? []).reduce((size, call) => size + call.name.length + call.arguments.length, 0);
}
