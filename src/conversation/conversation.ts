import type { Memory } from '../core/memory.ts';
import type { ChatTurn } from '../core/message.ts';
import { namespaceOf } from './session.ts';
import { type KeptTurn, storedForm, turnsIn } from './stored-turns.ts';

/** What was said in one session, kept in its namespace of memory. Any number of processes may take part in it at once. */
export interface Conversation {
  readonly session: string;
  /** Where it is kept, and where a chain that names no namespace remembers. */
  readonly namespace: string;
  /** Oldest first. Throws `StoreError` for a history that somebody made into something else. */
  turns(): Promise<readonly ChatTurn[]>;
  /** The same with the ids that `add` was given. */
  kept(): Promise<readonly KeptTurn[]>;
  /** On disk when it returns: a message and its answer together, or neither. */
  add(turn: ChatTurn, id?: string): Promise<void>;
  /** Forgets what was said; what a chain remembered beside it, such as `preferences`, stays. */
  reset(): Promise<void>;
}

export interface ConversationOptions {
  /** Whoever keeps secrets out of memory does it here. */
  readonly memory: Memory;
  readonly session: string;
  /** The file of the chain that answers, to be found by `latestSession`. */
  readonly chain?: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Takes up a session, or begins it: nothing is read or written before it is used. Throws `UsageError` for a name that cannot be one. */
export function openConversation({ memory, session, chain, now }: ConversationOptions): Conversation {
  const namespace = namespaceOf(session);
  const kept = async (): Promise<readonly KeptTurn[]> => turnsIn((await memory.read(namespace)).history, namespace);
  return {
    session,
    namespace,
    kept,
    turns: async () => (await kept()).map(({ turn }) => turn),
    async add(turn, id) {
      const about = { updated: new Date(now()).toISOString(), ...(chain === undefined ? {} : { chain }) };
      await memory.commit(namespace, [
        ...storedForm(turn, id).map((value) => ({ op: 'append', key: 'history', value }) as const),
        { op: 'merge', key: 'about', value: about },
      ]);
    },
    reset: () => memory.commit(namespace, [{ op: 'remove', key: 'history' }]),
  };
}
