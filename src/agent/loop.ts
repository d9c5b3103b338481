import { Failure, ModelError, StepError } from '../core/errors.ts';
import type { StepEvent } from '../core/event.ts';
import type { Message } from '../core/message.ts';
import { addUsage, type FinishReason, type ModelRequest, type ModelSpec, NO_USAGE, type Usage } from '../core/model.ts';
import type { StepContext, Turn } from '../core/step.ts';
import type { Tool } from '../core/tool.ts';
import { carryOut, exchange, understood } from './calls.ts';
import { fitted, LARGEST_CONTEXT, sizeOf } from './context-window.ts';
import { type Offered, offered } from './wire-names.ts';

/** What a loop of model and tools works on. */
export interface AgentTask {
  readonly model: ModelSpec;
  readonly system?: string;
  /** What the first turn sends. */
  readonly messages: readonly Message[];
  readonly tools: readonly Tool[];
  /** `required` holds until the first call: a model that must call can never answer. */
  readonly toolChoice?: 'auto' | 'required' | 'none';
  /** The most turns of the model, at least 1. In the last one it can call no tool. */
  readonly maxSteps: number;
  /** Milliseconds, see `ModelRequest`. */
  readonly idleTimeoutMs?: number;
  /** `minimal` sends the task and the last turn, `progressive` every turn. */
  readonly history: 'minimal' | 'progressive';
  /** Looks at an answer: undefined accepts it, a text is what the model is told about it. */
  check?(text: string): AsyncGenerator<StepEvent, string | undefined>;
  /** What happens when the bound is reached without an accepted answer. */
  readonly onMax: 'fail' | 'continue';
}

export interface AgentOutcome {
  readonly text: string;
  readonly usage: Usage;
  readonly costUsd: number | null;
  readonly finishReason: FinishReason;
  readonly model: string;
  readonly turns: number;
  readonly toolCalls: number;
}

type AgentContext = Pick<StepContext, 'path' | 'turn' | 'callAll'>;

/**
 * Model and tools in turn, until the model answers without calling any. Every turn and every call is a journal entry of its
 * own, so a resumed run repeats none. What fails in a tool goes back to the model; what fails in a model fails the step.
 */
export async function* pursue(task: AgentTask, context: AgentContext): AsyncGenerator<StepEvent, AgentOutcome> {
  const names = offered(task.tools);
  const loop: Loop = { turns: [], ids: new Set(), room: LARGEST_CONTEXT, usage: NO_USAGE, costUsd: 0, toolCalls: 0, answer: '' };
  let silent = 0;

  for (let number = 1; ; number += 1) {
    const left = task.maxSteps - number;
    const turn = yield* ask(task, names, loop, number, context);
    loop.usage = addUsage(loop.usage, turn.usage);
    loop.costUsd = loop.costUsd === null || turn.costUsd === null ? null : loop.costUsd + turn.costUsd;
    refuseRefusal(turn);
    const said = understood(turn, names, number, loop.ids);
    const empty = said.text.trim() === '';
    if (!empty) loop.answer = said.text;
    if (said.calls.length > 0 && left > 0) {
      silent = 0;
      loop.turns.push(exchange(said, yield* carryOut(said, names, number, context)));
      loop.toolCalls += said.calls.length;
      continue;
    }
    if (said.calls.length > 0) return yield* reachedBound(task, turn, loop, number, context);
    const problem = said.problem ?? (empty ? CLARIFY : task.check && (yield* task.check(said.text)));
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

const MOST_CLARIFICATIONS = 3;
const CLARIFY = 'Your reply was empty. Either call a tool or give the final answer.';

/** What one loop knows; nothing of it outlives the step. */
interface Loop {
  /** Each one whole: what the model said with all that answers it. */
  readonly turns: Message[][];
  /** Of all calls so far. */
  readonly ids: Set<string>;
  /** Characters for task and turns together. */
  room: number;
  usage: Usage;
  costUsd: number | null;
  toolCalls: number;
  /** The last text that was said. */
  answer: string;
}

/** A context that is too long for the model after all is halved, once a turn. */
async function* ask(
  task: AgentTask,
  names: Offered,
  loop: Loop,
  number: number,
  context: AgentContext,
): AsyncGenerator<StepEvent, Turn> {
  const left = task.maxSteps - number;
  const first = requestFor(task, names, loop, left);
  try {
    return yield* context.turn(`t${number}`, task.model, first.request);
  } catch (error) {
    if (!(error instanceof Failure) || error.reason !== 'context_overflow' || loop.turns.length === 0) throw error;
    loop.room = Math.floor(first.size / 2);
    const second = requestFor(task, names, loop, left);
    if (second.size >= first.size) throw error;
    const message = `the conversation of step "${context.path}" is too long for ${task.model.id}: older turns were left out`;
    yield { type: 'warning', code: 'PC9202', message, step: context.path };
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
  const before = sizeOf(task.messages) + (task.system ?? '').length + JSON.stringify(definitions).length;
  const kept = fitted(task.history === 'minimal' ? loop.turns.slice(-1) : loop.turns, loop.room - before);
  const choice = left <= 0 ? 'none' : task.toolChoice === 'required' && loop.toolCalls > 0 ? 'auto' : task.toolChoice;
  const request: ModelRequest = {
    ...(task.system === undefined ? {} : { system: task.system }),
    messages: [...task.messages, ...kept.messages, ...notice(left, names, loop)],
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
