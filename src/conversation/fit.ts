import type { ChatTurn } from '../core/message.ts';
import { estimateTokens } from '../lib/token-estimate.ts';

export interface Fitted {
  readonly turns: readonly ChatTurn[];
  /** How many older ones were left out. */
  readonly left: number;
  /** What is to be said of that; undefined when all are there. */
  readonly note: string | undefined;
}

/**
 * The newest turns that fit into so many tokens, none of them cut. That others came before is told in the first message that
 * is kept, so that the model knows it, and in `note`, for the person.
 */
export function fit(turns: readonly ChatTurn[], tokens: number): Fitted {
  let first = turns.length;
  for (let used = 0; first > 0; first -= 1) {
    used += sizeOf(turns[first - 1]);
    if (used > tokens) break;
  }
  if (first === 0) return { turns, left: 0, note: undefined };
  const [oldest, ...rest] = turns.slice(first);
  const note = `older turns of the conversation are left out: it is longer than ${tokens} tokens`;
  if (oldest === undefined) return { turns: [], left: first, note };
  const [asked, said] = oldest;
  const count = `${first} earlier ${first === 1 ? 'turn was' : 'turns were'}`;
  const told = { ...asked, text: `[${count} left out to fit the context]\n\n${asked.text}` };
  return { turns: [[told, said], ...rest], left: first, note };
}

function sizeOf(turn: ChatTurn | undefined): number {
  return (turn ?? []).reduce((sum, { text }) => sum + estimateTokens(text) + PER_MESSAGE, 0);
}

/** Tokens that mark where a message begins and ends. */
const PER_MESSAGE = 4;
