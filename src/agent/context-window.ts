import type { Message } from '../core/message.ts';

export const CHARS_PER_TOKEN = 4;

/** Characters, about 100,000 tokens: below the window of most models with tools. */
export const USUAL_CONTEXT = 400_000;

export interface Fitted {
  readonly messages: readonly Message[];
  /** How many turns were left out. */
  readonly dropped: number;
  /** Characters. */
  readonly size: number;
}

/**
 * The turns that fit into `room` characters, the newest kept. A turn is an assistant's message with all answers to its calls:
 * none is ever cut in two, because providers refuse a call without its result. What was left out is told in its place. The
 * newest turn always stays; when it alone is too large, what its tools answered is shortened.
 */
export function fitted(turns: readonly (readonly Message[])[], room: number): Fitted {
  const newest = turns.at(-1);
  if (newest === undefined) return { messages: [], dropped: 0, size: 0 };
  const last = shortened(newest, room);
  const first = oldestKept(turns, room, sizeOf(last));
  const told: Message[] =
    first === 0
      ? []
      : [{ role: 'user', text: `[${first} earlier ${first === 1 ? 'turn was' : 'turns were'} left out to fit the context]` }];
  const kept = [...turns.slice(first, -1).flat(), ...last];
  return { messages: [...told, ...kept], dropped: first, size: sizeOf(kept) };
}

/** Where in `turns` those begin that fit into `room`; the newest, of `newestSize`, always does. */
export function oldestKept(turns: readonly (readonly Message[])[], room: number, newestSize: number): number {
  let size = newestSize;
  let first = turns.length - 1;
  while (first > 0) {
    size += sizeOf(turns[first - 1] ?? []);
    if (size > room) break;
    first -= 1;
  }
  return first;
}

/** Characters of text and of calls. */
export function sizeOf(messages: readonly Message[]): number {
  return messages.reduce((size, message) => size + message.text.length + callsSize(message), 0);
}

function callsSize(message: Message): number {
  if (message.role !== 'assistant') return 0;
  const items = message.providerItems === undefined ? 0 : JSON.stringify(message.providerItems).length;
  return (message.toolCalls ?? []).reduce((size, call) => size + call.name.length + call.arguments.length, items);
}

/** Something of every answer is kept, however little room there is. */
const SHORTEST_ANSWER = 500;

function shortened(turn: readonly Message[], room: number): readonly Message[] {
  const answers = turn.filter((message) => message.role === 'tool');
  const over = sizeOf(turn) > room;
  if (!over || answers.length === 0) return turn;
  const share = Math.max(SHORTEST_ANSWER, Math.floor((room - sizeOf(turn) + sizeOf(answers)) / answers.length));
  return turn.map((message) => {
    if (message.role !== 'tool' || message.text.length <= share) return message;
    const kept = message.text.slice(0, share).replace(/[\uD800-\uDBFF]$/, '');
    return { ...message, text: `${kept}\n[cut here to fit the context: ${share} of ${message.text.length} characters]` };
  });
}
