import { Failure } from '../core/errors.ts';
import type { StepEvent } from '../core/event.ts';
import type { Message } from '../core/message.ts';
import type { ModelRequest, ModelSpec } from '../core/model.ts';
import type { Turn } from '../core/step.ts';
import { estimateInput, roomIn } from '../lib/token-estimate.ts';
import { fitted } from './context-window.ts';
import { makeRoom, sent, sizeBefore } from './make-room.ts';
import type { AgentContext, AgentTask, Loop } from './task.ts';
import type { Offered } from './wire-names.ts';

/** One turn of the model, with what fits of the turns before. As long as it is too long for the model after all, less of them is sent. */
export async function* ask(
  task: AgentTask,
  names: Offered,
  loop: Loop,
  number: number,
  context: AgentContext,
): AsyncGenerator<StepEvent, Turn> {
  const left = task.maxSteps - number;
  yield* makeRoom(task, names, loop, context);
  let asked = requestFor(task, names, loop, left);
  for (const suffix of ['', 'b', 'c', 'd']) {
    try {
      return yield* context.turn(`t${number}${suffix}`, task.model, asked.request);
    } catch (error) {
      const isTooLong = error instanceof Failure && error.reason === 'context_overflow';
      if (!isTooLong || loop.turns.length === 0 || suffix === 'd') throw error;
      loop.room = await smallerRoom(task.model, asked, context);
      yield* makeRoom(task, names, loop, context);
      const shorter = requestFor(task, names, loop, left);
      if (shorter.size >= asked.size) throw error;
      asked = shorter;
    }
  }
  throw new TypeError('the last try neither answered nor failed');
}

interface Asked {
  readonly request: ModelRequest;
  /** Characters. */
  readonly size: number;
}

/** At most half of what was too much, and no more than the model is known to read. */
async function smallerRoom(model: ModelSpec, { request, size }: Asked, context: AgentContext): Promise<number> {
  const window = (await context.model(model)).window?.();
  const share = window === undefined ? 1 : roomIn(window, model.params) / estimateInput(request);
  return Math.floor(Math.min(size / 2, size * share));
}

function requestFor(task: AgentTask, names: Offered, loop: Loop, left: number): Asked {
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
