import { ModelError, StepError } from '../core/errors.ts';
import type { StepEvent } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import type { Message, ToolCall } from '../core/message.ts';
import { addUsage, type FinishReason, type ModelRequest, type ModelSpec, NO_USAGE, type Usage } from '../core/model.ts';
import type { StepContext, Turn } from '../core/step.ts';
import type { Tool, ToolResult } from '../core/tool.ts';
import { fitted } from './context-window.ts';
import { callsInText } from './text-calls.ts';
import { type Offered, offered } from './wire-names.ts';

/** What a loop of model and tools works on. */
export interface AgentTask {
  readonly model: ModelSpec;
  readonly system?: string;
  /** What the first turn sends. */
  readonly messages: readonly Message[];
  readonly tools: readonly Tool[];
  readonly toolChoice?: ModelRequest['toolChoice'];
  /** The most turns of the model, at least 1. In the last one it can call no tool. */
  readonly maxSteps: number;
  /** `minimal` sends the task and the last turn, `progressive` every turn. */
  readonly history: 'minimal' | 'progressive';
  /** Looks at an answer: undefined accepts it, a text is what the model is told about it. */
  check?(text: string): AsyncGenerator<StepEvent, string | undefined>;
  /** What the last turn may be used for when the bound is reached without an accepted answer. */
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
  const turns: Message[][] = [];
  const spent = { usage: NO_USAGE, costUsd: 0 as number | null, toolCalls: 0 };
  let silent = 0;

  for (let number = 1; ; number += 1) {
    const left = task.maxSteps - number;
    const turn = yield* context.turn(`t${number}`, task.model, requestFor(task, turns, names, left));
    spend(spent, turn);
    refuseRefusal(turn);
    const said = understood(turn, names, number);
    if (said.toolCalls.length > 0) {
      silent = 0;
      const results = left > 0 ? yield* carryOut(said.toolCalls, names, number, context) : undefined;
      if (results !== undefined) {
        spent.toolCalls += results.length;
        turns.push([{ role: 'assistant', text: said.text, toolCalls: said.toolCalls }, ...answers(said.toolCalls, results)]);
        continue;
      }
    }
    const problem = said.text.trim() === '' ? CLARIFY : task.check && (yield* task.check(said.text));
    if (problem === undefined) return finished(said.text, turn, spent, number);
    silent = said.text.trim() === '' ? silent + 1 : 0;
    if (silent > MOST_CLARIFICATIONS) throw saidNothing(turn);
    if (left <= 0) return reachedBound(task, said.text, turn, spent, number);
    turns.push([
      { role: 'assistant', text: said.text === '' ? '…' : said.text },
      { role: 'user', text: problem },
    ]);
  }
}

const MOST_CLARIFICATIONS = 3;
const CLARIFY = 'Your reply was empty. Either call a tool or give the final answer.';

interface Spent {
  usage: Usage;
  costUsd: number | null;
  toolCalls: number;
}

function spend(spent: Spent, turn: Turn): void {
  spent.usage = addUsage(spent.usage, turn.usage);
  spent.costUsd = spent.costUsd === null || turn.costUsd === null ? null : spent.costUsd + turn.costUsd;
}

function requestFor(task: AgentTask, turns: readonly Message[][], names: Offered, left: number): ModelRequest {
  const kept = task.history === 'minimal' ? turns.slice(-1) : turns;
  const messages = [...task.messages, ...fitted(task.messages, kept), ...notice(left, names)];
  const choice = left <= 0 ? 'none' : task.toolChoice;
  return {
    ...(task.system === undefined ? {} : { system: task.system }),
    messages,
    params: task.model.params,
    ...(names.definitions.length === 0
      ? {}
      : { tools: names.definitions, ...(choice === undefined ? {} : { toolChoice: choice }) }),
  };
}

/** Sent, not only thought: a model that is not told how many turns it has left spends the last one on a call. */
function notice(left: number, names: Offered): Message[] {
  if (names.definitions.length === 0 || left > 1) return [];
  const text =
    left <= 0
      ? 'This is your last turn. No tool can be called any more: give the final answer now, from what you have.'
      : 'You have two turns left: at most one more turn with tools, then the final answer.';
  return [{ role: 'user', text }];
}

/** The turn, with tool calls that the model wrote as text made into calls. */
function understood(
  turn: Turn,
  names: Offered,
  number: number,
): { readonly text: string; readonly toolCalls: readonly ToolCall[] } {
  if (turn.toolCalls.length > 0 || names.definitions.length === 0) return turn;
  const found = callsInText(turn.text, (name) => names.byWire.has(name) || names.byName.has(name));
  return { text: found.text, toolCalls: found.calls.map((call, index) => ({ ...call, id: `text_${number}_${index}` })) };
}

async function* carryOut(
  calls: readonly ToolCall[],
  names: Offered,
  number: number,
  context: AgentContext,
): AsyncGenerator<StepEvent, ToolResult[]> {
  const results = new Map<number, ToolResult>();
  const wanted = [];
  for (const [index, call] of calls.entries()) {
    const tool = names.byWire.get(call.name) ?? names.byName.get(call.name);
    const args = argumentsOf(call);
    if (tool === undefined) results.set(index, { text: noSuchTool(call.name, names), isError: true });
    else if ('problem' in args) results.set(index, { text: args.problem, isError: true });
    else wanted.push({ index, key: `t${number}.${index + 1}`, tool, args: args.value });
  }
  const made = wanted.length === 0 ? [] : yield* context.callAll(wanted);
  for (const [position, { index }] of wanted.entries()) results.set(index, made[position] as ToolResult);
  return calls.map((_, index) => results.get(index) as ToolResult);
}

function argumentsOf(call: ToolCall): { readonly value: Json } | { readonly problem: string } {
  if (call.arguments.trim() === '') return { value: {} };
  try {
    return { value: JSON.parse(call.arguments) as Json };
  } catch (error) {
    return { problem: `the arguments are not JSON: ${(error as Error).message}` };
  }
}

/** Said, not called: what a step was not given cannot run because a model names it. */
function noSuchTool(name: string, names: Offered): string {
  return `there is no tool "${name}" here; the tools are: ${[...names.byWire.keys()].join(', ')}`;
}

function answers(calls: readonly ToolCall[], results: readonly ToolResult[]): Message[] {
  return calls.map((call, index) => {
    const { text, isError } = results[index] as ToolResult;
    return { role: 'tool', callId: call.id, text, ...(isError ? { isError } : {}) };
  });
}

function finished(text: string, turn: Turn, spent: Spent, turns: number): AgentOutcome {
  return { text, finishReason: turn.finishReason, model: turn.model, turns, ...spent };
}

function reachedBound(task: AgentTask, text: string, turn: Turn, spent: Spent, turns: number): AgentOutcome {
  if (task.onMax === 'continue' && text.trim() !== '') return finished(text, turn, spent, turns);
  throw new StepError(`the objective was not met within ${turns} ${turns === 1 ? 'turn' : 'turns'}`, {
    code: 'PC9201',
    reason: 'not_met',
    help: 'raise "max_steps", or say "on_max: continue" to go on with the last answer',
  });
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
