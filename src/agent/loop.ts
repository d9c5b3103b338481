import { ModelError, StepError } from '../core/errors.ts';
import type { StepEvent } from '../core/event.ts';
import type { FinishReason, Usage } from '../core/model.ts';
import type { Turn } from '../core/step.ts';
import { ask } from './ask.ts';
import { carryOut, exchange, understood } from './calls.ts';
import { type AgentContext, type AgentTask, type Loop, newLoop, spend } from './task.ts';
import { offered } from './wire-names.ts';

export interface AgentOutcome {
  readonly text: string;
  readonly usage: Usage;
  readonly costUsd: number | null;
  readonly finishReason: FinishReason;
  readonly model: string;
  readonly turns: number;
  readonly toolCalls: number;
}

/**
 * Model and tools in turn, until the model answers without calling any. Every turn and every call is a journal entry of its
 * own, so a resumed run repeats none. What fails in a tool goes back to the model; what fails in a model fails the step.
 */
export async function* pursue(task: AgentTask, context: AgentContext): AsyncGenerator<StepEvent, AgentOutcome> {
  const names = offered(task.tools);
  const loop = newLoop(task);
  let silent = 0;

  for (let number = 1; ; number += 1) {
    const left = task.maxSteps - number;
    const turn = yield* ask(task, names, loop, number, context);
    spend(loop, turn);
    refuseRefusal(turn);
    const said = understood(turn, names, number, loop.ids);
    const empty = said.text.trim() === '';
    if (!empty && said.problem === undefined && task.check === undefined) loop.answer = said.text;
    if (said.calls.length > 0 && left > 0) {
      silent = 0;
      const forbidden = task.toolChoice === 'none' ? NO_CALLS : undefined;
      loop.turns.push(exchange(said, yield* carryOut(said, names, number, context, forbidden)));
      loop.toolCalls += said.calls.length;
      continue;
    }
    if (said.calls.length > 0) return yield* reachedBound(task, turn, loop, number, context);
    const problem = said.problem ?? (empty ? CLARIFY : yield* complaint(task, said.text, loop));
    if (problem === undefined) return yield* finished(said.text, turn, loop, number, context);
    silent = empty ? silent + 1 : 0;
    if (silent > MOST_CLARIFICATIONS) throw saidNothing(turn);
    if (left <= 0) return yield* reachedBound(task, turn, loop, number, context);
    loop.turns.push([
      { role: 'assistant', text: empty ? '…' : said.text },
      { role: 'user', text: problem },
    ]);
  }
}

/** What is wrong with an answer. One that has the right form is kept, in case no better one comes. */
async function* complaint(task: AgentTask, text: string, loop: Loop): AsyncGenerator<StepEvent, string | undefined> {
  if (task.toolChoice === 'required' && loop.toolCalls === 0) return CALL_FIRST;
  if (task.check === undefined) return undefined;
  const { fits, problem } = yield* task.check(text);
  if (fits) loop.answer = text;
  return problem;
}

/** Providers are told so too; not all of them see to it. */
const CALL_FIRST = 'Call a tool before you answer: an answer without one does not count here.';
const NO_CALLS = 'no tool can be called in this step: give the answer';

const MOST_CLARIFICATIONS = 3;
const CLARIFY = 'Your reply was empty. Either call a tool or give the final answer.';

async function* finished(
  text: string,
  turn: Turn,
  { usage, costUsd, toolCalls }: Loop,
  turns: number,
  { path }: AgentContext,
): AsyncGenerator<StepEvent, AgentOutcome> {
  const { model, finishReason } = turn;
  if (finishReason === 'length') {
    const message = `the answer of ${model} in step "${path}" was cut at the token limit; raise max_tokens for the whole of it`;
    yield { type: 'warning', code: 'PC5303', message, step: path };
  }
  return { text, finishReason, model, turns, usage, costUsd, toolCalls };
}

async function* reachedBound(
  task: AgentTask,
  turn: Turn,
  loop: Loop,
  turns: number,
  context: AgentContext,
): AsyncGenerator<StepEvent, AgentOutcome> {
  const message = `the objective was not met within ${turns} ${turns === 1 ? 'turn' : 'turns'}`;
  if (task.onMax === 'fail' || loop.answer === '') {
    throw new StepError(message, {
      code: 'PC9201',
      reason: 'not_met',
      help:
        task.onMax === 'fail'
          ? 'raise "max_steps", or say "on_max: continue" to go on with the last answer'
          : 'raise "max_steps": there is no answer to go on with',
    });
  }
  yield { type: 'warning', code: 'PC9201', message: `${message}; the last answer is used`, step: context.path };
  return yield* finished(loop.answer, turn, loop, turns, context);
}

function refuseRefusal(turn: Turn): void {
  if (turn.finishReason !== 'refusal' && turn.finishReason !== 'content_filter') return;
  const words = turn.text.trim() === '' ? '' : `: ${turn.text.trim().slice(0, 300)}`;
  throw new ModelError(`${turn.model} refused to answer (${turn.finishReason})${words}`, {
    code: 'PC5301',
    reason: 'refusal',
    provider: turn.model.split('/')[0] ?? turn.model,
  });
}

function saidNothing(turn: Turn): ModelError {
  return new ModelError(`${turn.model} neither called a tool nor answered, ${MOST_CLARIFICATIONS} clarifications later`, {
    code: 'PC5302',
    reason: 'empty_output',
    provider: turn.model.split('/')[0] ?? turn.model,
  });
}
