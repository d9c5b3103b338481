import type { JsonObject } from '../../core/json.ts';
import type { Usage } from '../../core/model.ts';
import type { Problem } from '../request.ts';

/** What this page says in a conversation. */
export type ClientMessage = Message | { readonly type: 'stop'; readonly id: string } | { readonly type: 'reset' };

export interface Message {
  readonly type: 'message';
  readonly id: string;
  readonly text: string;
  readonly inputs?: JsonObject;
}

/** What the server says in one; more types may come. */
export type ServerMessage =
  | {
      readonly type: 'hello';
      readonly session: string;
      readonly turns: readonly { readonly id?: string; readonly user: string; readonly assistant: string }[];
      /** How many older turns there are. */
      readonly earlier: number;
      /** Of a message as it is sent; a longer one ends the connection. */
      readonly max_message_bytes: number;
    }
  | { readonly type: 'turn.queued'; readonly id: string; readonly text: string; readonly position: number }
  | { readonly type: 'turn.started'; readonly id: string; readonly text: string; readonly run_id: string }
  | { readonly type: 'delta'; readonly id: string; readonly text: string }
  | TurnCompleted
  | TurnFailed
  | { readonly type: 'reset' }
  | ({ readonly type: 'error'; readonly id?: string } & Problem);

export interface TurnCompleted {
  readonly type: 'turn.completed';
  readonly id: string;
  readonly run_id: string | null;
  readonly text: string;
  readonly usage: Usage | null;
  readonly cost_usd: number | null;
  readonly duration_ms: number | null;
}

export interface TurnFailed {
  readonly type: 'turn.failed';
  readonly id: string;
  readonly run_id: string | null;
  readonly stopped: boolean;
  readonly error: Problem;
}
