import { Failure } from '../core/errors.ts';
import type { StepEvent } from '../core/event.ts';
import type { Message } from '../core/message.ts';
import type { ModelRequest } from '../core/model.ts';
import type { Turn } from '../core/step.ts';
import { fitted } from './context-window.ts';
import { makeRoom, sent, sizeBefore } from './make-room.ts';
import type { AgentContext, AgentTask, Loop } from './task.ts';
import type { Offered } from './wire-names.ts';

/** One turn of the model, with what fits of the turns before. A context that is too long for it after all is halved, once a turn. */
export async function* ask(
  task: AgentTask,
  names: Offered,
  loop: Loop,
  number: number,
  context: AgentContext,
): AsyncGenerator<StepEvent, Turn> {
  const left = task.maxSteps - number;
  yield* makeRoom(task, names, loop, context);
  const first = requestFor(task, names, loop, left);
  try {
    return yield* context.turn(`t${number}`, task.model, first.request);
  } catch (error) {
    if (!(error instanceof Failure) || error.reason !== 'context_overflow' || loop.turns.length === 0) throw error;
    loop.room = Math.floor(first.size / 2);
    yield* makeRoom(task, names, loop, context);
    const second = requestFor(task, names, loop, left);
    if (second.size >= first.size) throw error;
    return yield* context.turn(`t${number}b`, task.model, second.request);
  }
}

function requestFor(
  task: AgentTask,
  names: Offered,
  loop: Loop,
  left: number,
): { readonly request: ModelRequest; readonly size: number } {
  const { definitions } = names;
  const before = sizeBefore(task, names, loop);
  const kept = fitted(sent(task, loop), loop.room - before);
  const choice = left <= 0 ? 'none' : task.toolChoice === 'required' && loop.toolCalls > 0 ? 'auto' : task.toolChoice;
  const request: ModelRequest = {
    ...(task.system === undefined ? {} : { system: task.system }),
    messages: [...task.messages, ...loop.summary, ...kept.messages, ...notice(left, names, loop)],
    params: task.model.params,
    ...(task.idleTimeoutMs === undefined ? {} : { idleTimeoutMs: task.idleTimeoutMs }),
    ...(definitions.length === 0 ? {} : { tools: definitions, ...(choice === undefined ? {} : { toolChoice: choice }) }),
  };
  return { request, size: before + kept.size };
}

/** Sent, not only thought: a model that is not told how many turns it has left spends the last one on a call. */
function notice(left: number, { definitions }: Offered, { turns }: Loop): Message[] {
  if (left > 1 || (definitions.length === 0 && (left > 0 || turns.length === 0))) return [];
  return [{ role: 'user', text: left > 0 ? TWO_LEFT : definitions.length === 0 ? LAST : LAST_WITHOUT_TOOLS }];
}

const TWO_LEFT = 'You have two turns left: at most one more turn with tools, then the final answer.';
const LAST_WITHOUT_TOOLS =
  'This is your last turn. No tool can be called any more: give the final answer now, from what you have.';
const LAST = 'This is your last turn: give the final answer now.';
