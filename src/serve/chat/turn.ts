import type { Event } from '../../core/event.ts';
import { textOf } from '../../core/json.ts';
import type { RunResult } from '../../core/run.ts';
import type { AbortCause, Conversation, StartedRun } from '../service.ts';
import type { Member } from './audience.ts';
import type { Asked, ChatError, ClientMessage, ServerMessage, TurnCompleted, TurnFailed } from './protocol.ts';

/** A message that was taken. */
export interface Waiting {
  readonly asked: Asked;
  readonly inputs: Extract<ClientMessage, { type: 'message' }>['inputs'];
  readonly from: Member;
}

/** One turn while it goes on. */
export interface Turn {
  readonly asked: Asked;
  /** Runs it, telling how it goes; returns how it ended, which is for the caller to tell. */
  play(): Promise<TurnCompleted | TurnFailed>;
  stop(why: AbortCause): void;
  /** What somebody who comes now has missed of it. */
  missed(): readonly ServerMessage[];
}

export interface TurnSettings {
  readonly conversation: Conversation;
  tell(message: ServerMessage): void;
  /** What a client is told of a failure. */
  errorOf(error: unknown): ChatError;
}

export function createTurn({ asked, inputs, from }: Waiting, { conversation, tell, errorOf }: TurnSettings): Turn {
  const { id, text, user } = asked;
  let run: StartedRun | undefined;
  let answer = '';
  let stopped: AbortCause | undefined;

  async function begin(): Promise<StartedRun> {
    const given = {
      id,
      client: from.client,
      ...(inputs === undefined ? {} : { inputs }),
      ...(user === undefined ? {} : { user }),
    };
    const started = await conversation.say(text, given);
    run = started;
    if (stopped !== undefined) started.abort(stopped);
    tell({ type: 'turn.started', ...asked, run_id: started.id });
    return started;
  }

  async function follow({ id: run_id, events }: StartedRun): Promise<TurnCompleted | TurnFailed> {
    const final = new Set<string>();
    for (;;) {
      const next = await events.next();
      if (next.done) return endOf(id, run_id, next.value);
      const event: Event = next.value;
      if (event.type === 'step.started' && event.final) final.add(event.step);
      if (event.type === 'step.delta' && final.has(event.step)) {
        answer += event.text;
        tell({ type: 'delta', id, text: event.text });
      } else tell({ type: 'step', id, event });
    }
  }

  return {
    asked,
    async play() {
      try {
        return await follow(await begin());
      } catch (error) {
        return failed(id, run?.id ?? null, errorOf(error), stopped !== undefined);
      }
    },
    stop(why) {
      stopped = why;
      run?.abort(why);
    },
    missed() {
      if (run === undefined) return [];
      return [
        { type: 'turn.started', ...asked, run_id: run.id },
        ...(answer === '' ? [] : [{ type: 'delta', id, text: answer } as const]),
      ];
    },
  };
}

/** What is told of a turn that did not come to its answer. */
export function failed(id: string, run_id: string | null, error: ChatError, stopped: boolean): TurnFailed {
  return { type: 'turn.failed', id, run_id, stopped, error };
}

function endOf(id: string, run_id: string, result: RunResult): TurnCompleted | TurnFailed {
  const { status, output, usage, cost_usd, duration_ms, error } = result;
  if (status === 'success') return { type: 'turn.completed', id, run_id, text: textOf(output), usage, cost_usd, duration_ms };
  const { code, message, help } = error ?? { code: 'PC0001', message: `the run ended as ${status}` };
  return failed(id, run_id, { code, message, ...(help === undefined ? {} : { help }) }, status === 'interrupted');
}
