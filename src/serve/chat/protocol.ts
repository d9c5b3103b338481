import { z } from 'zod';
import type { ErrorRecord } from '../../core/errors.ts';
import type { Event } from '../../core/event.ts';
import type { Json } from '../../core/json.ts';
import type { Usage } from '../../core/model.ts';

/**
 * What is spoken at `/chat/:name`, version 1: text frames, each one JSON object with a `type`.
 *
 * The client says `hello` first and is answered with `hello`, which has the conversation so far. From then on everybody in the
 * session gets the same messages in the same order: `turn.queued`, `turn.started`, `delta`, `turn.completed` or `turn.failed`,
 * `reset`. Who joins while a turn goes on is told its `turn.started` and one `delta` with all text so far. `error` goes to the
 * one client whose message was not taken; the connection stays. Clients leave alone what they do not know: fields and types
 * may be added, and what changes otherwise gets another number.
 */
export const SUBPROTOCOL = 'promptchain.chat.v1';

export type ClientMessage = z.infer<typeof clientMessage>;

/** Unknown fields are refused: a misspelt `session` would begin another conversation. */
export const clientMessage = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('hello'),
    /** The conversation to go on with; without it the server begins one, with an id nobody can guess. */
    session: z.string().min(1).optional(),
    /** Who speaks: `{user}` in the chain. */
    user: z.string().min(1).max(100).optional(),
    /** Also send the events of the steps. */
    events: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal('message'),
    /**
     * Unique in the session, such as `crypto.randomUUID()`. A message that is sent again with its id, after a lost connection,
     * is not answered twice. Without one the server makes it, and each message is a new one.
     */
    id: z.string().min(1).max(100).optional(),
    text: z.string().min(1),
    inputs: z.record(z.string(), z.json() as z.ZodType<Json>).optional(),
  }),
  z.strictObject({
    type: z.literal('stop'),
    /** The turn that is meant, going on or waiting; without it the one that goes on. */
    id: z.string().min(1).max(100).optional(),
  }),
  z.strictObject({ type: z.literal('reset') }),
]);

export type ServerMessage =
  | ServerHello
  /** It waits for `position` turns before it. */
  | ({ readonly type: 'turn.queued'; readonly position: number } & Asked)
  | ({ readonly type: 'turn.started'; readonly run_id: string } & Asked)
  /** The deltas of a turn, in order, are the text of its answer. */
  | { readonly type: 'delta'; readonly id: string; readonly text: string }
  /** To those who asked for `events`: an event of the run, other than deltas of the answer. */
  | { readonly type: 'step'; readonly id: string; readonly event: Event }
  | TurnCompleted
  | TurnFailed
  /** The conversation is forgotten. */
  | { readonly type: 'reset' }
  | ({ readonly type: 'error'; readonly id?: string } & ChatError);

export interface ServerHello {
  readonly type: 'hello';
  readonly v: 1;
  readonly chain: string;
  readonly session: string;
  /** What was said, oldest first: the last of it. */
  readonly turns: readonly SaidTurn[];
  /** How many older turns there are. */
  readonly earlier: number;
  /** Of a frame that the client sends; a longer one ends the connection with 1009. */
  readonly max_message_bytes: number;
}

export interface SaidTurn {
  /** Of the message; none for a turn that was not made here. */
  readonly id?: string;
  readonly user: string;
  readonly assistant: string;
}

/** A message as everybody in the session sees it. */
export interface Asked {
  readonly id: string;
  readonly text: string;
  readonly user?: string;
}

/** The turn is in memory, on disk. */
export interface TurnCompleted {
  readonly type: 'turn.completed';
  readonly id: string;
  readonly run_id: string | null;
  /** The whole answer, so deltas may be ignored. */
  readonly text: string;
  readonly usage: Usage | null;
  readonly cost_usd: number | null;
  readonly duration_ms: number | null;
  /** The message was sent again: this is the answer it had, and only its sender is told. */
  readonly repeated?: true;
}

/** The turn is no part of the conversation; the message may be sent again under the same id. */
export interface TurnFailed {
  readonly type: 'turn.failed';
  readonly id: string;
  readonly run_id: string | null;
  /** Somebody said `stop`, or nobody was left. */
  readonly stopped: boolean;
  readonly error: ChatError;
}

export interface ChatError extends Pick<ErrorRecord, 'code' | 'message' | 'help'> {
  /** What is wrong with an input, by its name. */
  readonly inputs?: { readonly [name: string]: string };
}

/**
 * Why the server closes a connection, besides those of the WebSocket protocol itself (1002 a malformed frame, 1007 bytes that
 * are not UTF-8, 1009 a message that is too large). After `goingAway`, `internal` and `tryLater` it is worth connecting again
 * with the session's id; the others are the client's mistake.
 */
export const CLOSE = {
  goingAway: 1001,
  notText: 1003,
  notJson: 1007,
  policy: 1008,
  internal: 1011,
  tryLater: 1013,
} as const;
