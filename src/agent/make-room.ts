import { Failure, StepError } from '../core/errors.ts';
import type { StepEvent } from '../core/event.ts';
import type { Message } from '../core/message.ts';
import type { Turn } from '../core/step.ts';
import { oldestKept, sizeOf } from './context-window.ts';
import { summaryRequest, summaryTurn } from './summary.ts';
import { type AgentContext, type AgentTask, type Loop, spend } from './task.ts';
import type { Offered } from './wire-names.ts';

/** The turns that are sent, as far as they fit. */
export function sent({ history }: AgentTask, { turns }: Loop): readonly (readonly Message[])[] {
  return history === 'minimal' ? turns.slice(-1) : turns;
}

/** Characters of what stands before the turns. */
export function sizeBefore({ messages, system = '' }: AgentTask, { definitions }: Offered, { summary }: Loop): number {
  return sizeOf(messages) + system.length + JSON.stringify(definitions).length + sizeOf(summary);
}

/**
 * Before the turns overflow: says that some will be left out, has the oldest summed up, or fails. A summary is a turn of its own
 * in the journal, `s1` and on, that counts as usage and not towards `max_steps`.
 */
export async function* makeRoom(
  task: AgentTask,
  names: Offered,
  loop: Loop,
  context: AgentContext,
): AsyncGenerator<StepEvent, void> {
  const room = loop.room - sizeBefore(task, names, loop);
  const turns = sent(task, loop);
  if (sizeOf(turns.flat()) <= room) return;
  if (task.context === 'fail') throw tooLong(task, context);
  if (task.context === 'summarise' && (yield* sumUp(task, loop, room, context))) return;
  if (loop.toldDropped) return;
  loop.toldDropped = true;
  const message = `the conversation of step "${context.path}" is too long for ${task.model.id}: older turns are left out, or answers shortened`;
  yield { type: 'warning', code: 'PC9202', message, step: context.path };
}

/** True when what is there now needs no more. Half of the room is made free, so that the next turns fit too. */
async function* sumUp(task: AgentTask, loop: Loop, room: number, context: AgentContext): AsyncGenerator<StepEvent, boolean> {
  const newest = loop.turns.at(-1) ?? [];
  const count = task.history === 'minimal' || loop.turns.length < 2 ? 0 : oldestKept(loop.turns, room / 2, sizeOf(newest));
  if (count === 0 || loop.summaries === undefined) return false;
  const request = summaryRequest(task, [loop.summary, ...loop.turns.slice(0, count)], loop.room);
  const turn = request === undefined ? undefined : yield* taken(context.turn(`s${loop.summaries + 1}`, task.model, request));
  if (turn !== undefined) spend(loop, turn);
  const summary = turn === undefined ? undefined : summaryTurn(turn, room);
  if (summary === undefined) {
    loop.summaries = undefined;
    return false;
  }
  loop.summaries += 1;
  loop.turns.splice(0, count);
  loop.summary = summary;
  return true;
}

/** Undefined when the turns are too long even to be summed up. */
async function* taken(work: AsyncGenerator<StepEvent, Turn>): AsyncGenerator<StepEvent, Turn | undefined> {
  try {
    return yield* work;
  } catch (error) {
    if (error instanceof Failure && error.reason === 'context_overflow') return undefined;
    throw error;
  }
}

function tooLong({ model }: AgentTask, { path }: AgentContext): StepError {
  return new StepError(`the conversation of step "${path}" is too long for ${model.id}`, {
    code: 'PC9203',
    reason: 'context_overflow',
    help: 'say "context: drop" to leave the oldest turns out, or "context: summarise" to have them summed up',
  });
}
