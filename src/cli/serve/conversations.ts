import { createHash, randomBytes } from 'node:crypto';
import { type Conversation as Kept, openConversation } from '../../conversation/conversation.ts';
import { SERVED } from '../../conversation/session.ts';
import { UsageError } from '../../core/errors.ts';
import type { Event } from '../../core/event.ts';
import { textOf } from '../../core/json.ts';
import type { Memory } from '../../core/memory.ts';
import type { ConversationSoFar, RunResult } from '../../core/run.ts';
import type { Conversation, Conversations, Given, StartedRun } from '../../serve/service.ts';
import { redactedMemory } from '../run/redacted-memory.ts';
import type { ReadyChain } from './ready.ts';
import { soFar } from './so-far.ts';

export interface ConversationsWorld {
  readonly ready: ReadonlyMap<string, ReadyChain>;
  /** Where what was said is kept. */
  readonly store: Memory;
  /** Milliseconds since 1970. */
  now(): number;
  start(ready: ReadyChain, given: Given, conversation: ConversationSoFar, tracedAs: string): Promise<StartedRun>;
}

/** Conversations with the served chains: each turn is a run, kept under its session once it has succeeded. */
export function createConversations({ ready, store, now, start }: ConversationsWorld): Conversations {
  return {
    open(name, id = newSession()) {
      const found = ready.get(name);
      if (found === undefined) throw new UsageError(`no chain "${name}" is served`, { code: 'PC2040' });
      const memory = redactedMemory(store, found.redactor, () => undefined);
      const kept = openConversation({ memory, session: `${SERVED}${id}`, chain: found.chain.file, now });
      return conversationWith(found, kept, start);
    },
  };
}

/** 18 random bytes: whoever knows it can read the conversation. */
function newSession(): string {
  return randomBytes(18).toString('base64url');
}

/** Traces go to others, and whoever knows the id of a session can read it. */
function digest(session: string): string {
  return createHash('sha256').update(session).digest('base64url').slice(0, 22);
}

function conversationWith(ready: ReadyChain, kept: Kept, start: ConversationsWorld['start']): Conversation {
  const tracedAs = digest(kept.session);
  return {
    id: kept.session.slice(SERVED.length),
    reset: kept.reset,
    async turns() {
      return (await kept.kept()).map(({ turn: [asked, said], id }) => ({
        ...(id === undefined ? {} : { id }),
        user: asked.text,
        assistant: said.text,
      }));
    },
    async say(text, { id, user, ...given }) {
      const conversation = await soFar(ready, { turns: kept.turns, user, namespace: kept.namespace });
      const run = await start(ready, { ...given, input: text, live: true }, conversation, tracedAs);
      return { ...run, events: keeping(run, kept, { text, id }) };
    },
  };
}

/** The events of a turn; the last one of a turn that succeeded is handed on when the turn is on disk. */
async function* keeping(
  { events }: StartedRun,
  kept: Kept,
  { text, id }: { readonly text: string; readonly id: string | undefined },
): AsyncGenerator<Event, RunResult> {
  try {
    for (;;) {
      const next = await events.next();
      if (next.done) return next.value;
      const event = next.value;
      if (event.type === 'run.completed') {
        const said = { role: 'assistant', text: textOf(event.result.output) } as const;
        await kept.add([{ role: 'user', text }, said], id);
      }
      yield event;
    }
  } finally {
    // Whoever leaves early ends the run.
    await events.return(undefined as never);
  }
}
