import { z } from 'zod';
import { StoreError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { ChatTurn } from '../core/message.ts';

/** A turn as memory keeps it: the form of messages that everybody knows. */
export function storedForm([asked, said]: ChatTurn, id?: string): readonly [Json, Json] {
  return [
    { role: 'user', content: asked.text, ...(id === undefined ? {} : { id }) },
    { role: 'assistant', content: said.text },
  ];
}

/** A turn, with the id of its message if whoever asked gave one. */
export interface KeptTurn {
  readonly turn: ChatTurn;
  readonly id?: string;
}

/** The turns in what memory holds, which people and chains can write to as well. Throws `StoreError` PC8302. */
export function turnsIn(stored: Json | undefined, namespace: string): readonly KeptTurn[] {
  const read = HISTORY.safeParse(stored ?? []);
  if (!read.success) throw notOne(namespace, 'it is not a list of {role, content}');
  const turns: KeptTurn[] = [];
  for (let at = 0; at < read.data.length; at += 2) {
    const [asked, said] = [read.data[at], read.data[at + 1]];
    if (asked?.role !== 'user' || said?.role !== 'assistant') {
      throw notOne(namespace, `entry ${at} and the one after it are not a message of a user and its answer`);
    }
    const turn = [
      { role: 'user', text: asked.content },
      { role: 'assistant', text: said.content },
    ] as const;
    turns.push(asked.id === undefined ? { turn } : { turn, id: asked.id });
  }
  return turns;
}

const HISTORY = z.array(z.object({ role: z.enum(['user', 'assistant']), content: z.string(), id: z.string().optional() }));

function notOne(namespace: string, why: string): StoreError {
  const where = `--namespace ${JSON.stringify(namespace)}`;
  return new StoreError(`the history in ${namespace} is not that of a conversation: ${why}`, {
    code: 'PC8302',
    help: `look at it with: promptchain memory get history ${where}; forget it with: promptchain memory rm history ${where}`,
  });
}
