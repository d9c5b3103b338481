import type { StepEvent } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import type { AssistantMessage, Message, ToolCall } from '../core/message.ts';
import type { StepContext, Turn } from '../core/step.ts';
import type { Tool, ToolResult } from '../core/tool.ts';
import { wireName } from '../lib/wire-name.ts';
import { callsInText } from './text-calls.ts';
import type { Offered } from './wire-names.ts';

/** A turn, with the calls it makes looked up. */
export interface Said {
  readonly text: string;
  readonly calls: readonly SaidCall[];
  /** What the model is told instead, when it meant a call that cannot be read. */
  readonly problem?: string;
  /** Of a turn with calls: as it goes back over the wire. */
  readonly message: AssistantMessage;
}

interface SaidCall {
  /** As it goes back over the wire: with a name and an id that every provider takes, and arguments that are JSON. */
  readonly sent: ToolCall;
  /** The name the model used. */
  readonly name: string;
  readonly tool: Tool | undefined;
  readonly args: Arguments;
}

type Arguments = { readonly value: Json } | { readonly raw: string; readonly problem: string };

/** `ids` are those of the calls before; the new ones are added. */
export function understood(turn: Turn, names: Offered, number: number, ids: Set<string>): Said {
  const written = turn.toolCalls.length > 0 ? { text: turn.text, calls: turn.toolCalls } : readText(turn, names);
  const calls = written.calls.map((call, index) => {
    const cut = turn.finishReason === 'length' && index === written.calls.length - 1;
    return lookUp(call, names, `call_${number}_${index + 1}`, ids, cut);
  });
  const asGiven = turn.toolCalls.length > 0 && calls.every(({ sent }, index) => isSame(sent, turn.toolCalls[index]));
  const { text } = written;
  return {
    text,
    calls,
    ...('problem' in written ? { problem: written.problem } : {}),
    message: {
      role: 'assistant',
      text,
      toolCalls: calls.map(({ sent }) => sent),
      ...(asGiven && turn.providerItems !== undefined ? { providerItems: turn.providerItems } : {}),
    },
  };
}

function readText({ text }: Turn, names: Offered) {
  return names.definitions.length === 0 ? { text, calls: [] } : callsInText(text, (name) => toolNamed(name, names) !== undefined);
}

function lookUp(
  { id = '', name, arguments: given }: Partial<Pick<ToolCall, 'id'>> & Omit<ToolCall, 'id'>,
  names: Offered,
  spareId: string,
  ids: Set<string>,
  cut: boolean,
): SaidCall {
  const tool = toolNamed(name, names);
  const args = cut ? { raw: given, problem: CUT } : parsed(given);
  const usable = /^[A-Za-z0-9_-]{1,64}$/.test(id) && !ids.has(id) ? id : spareId;
  ids.add(usable);
  const text = 'value' in args ? given.trim() || '{}' : JSON.stringify({ unreadable: given });
  return { sent: { id: usable, name: tool?.wireName ?? (wireName(name) || '_'), arguments: text }, name, tool, args };
}

function toolNamed(name: string, names: Offered): Tool | undefined {
  return names.byWire.get(name) ?? names.byName.get(name);
}

function parsed(text: string): Arguments {
  if (text.trim() === '') return { value: {} };
  try {
    return { value: JSON.parse(text) as Json };
  } catch (error) {
    return { raw: text, problem: `the arguments are not JSON: ${(error as Error).message}` };
  }
}

const CUT = 'your reply was cut at the token limit within this call, so it was not made: make it again, shorter';

function isSame(sent: ToolCall, given: ToolCall | undefined): boolean {
  return sent.id === given?.id && sent.name === given.name && sent.arguments === (given.arguments.trim() || '{}');
}

/**
 * Makes the calls of a turn that can be made, together; the others are answered with what is wrong, all of them with
 * `forbidden` where it is given. In the model's order.
 */
export async function* carryOut(
  { calls }: Said,
  names: Offered,
  number: number,
  context: Pick<StepContext, 'path' | 'callAll'>,
  forbidden?: string,
): AsyncGenerator<StepEvent, ToolResult[]> {
  const results = new Map<number, ToolResult>();
  const wanted = [];
  for (const [index, { name, tool, args }] of calls.entries()) {
    const key = `t${number}.${index + 1}`;
    const unknown = tool === undefined ? noSuchTool(name, names) : undefined;
    const problem = forbidden ?? unknown ?? ('problem' in args ? args.problem : undefined);
    if (problem === undefined && tool !== undefined && 'value' in args) wanted.push({ index, key, tool, args: args.value });
    if (problem === undefined) continue;
    results.set(index, { text: problem, isError: true });
    yield* refused(context.path, key, name, 'value' in args ? args.value : args.raw, problem);
  }
  const made = wanted.length === 0 ? [] : yield* context.callAll(wanted);
  for (const [position, { index }] of wanted.entries()) results.set(index, made[position] as ToolResult);
  return calls.map((_, index) => results.get(index) as ToolResult);
}

/** A call that was not made is told like one that failed. */
function* refused(step: string, key: string, tool: string, args: Json, text: string): Generator<StepEvent, void> {
  const call = `${step}/${key}`;
  yield { type: 'tool.started', step, call, tool, arguments: args };
  yield { type: 'tool.completed', step, call, tool, is_error: true, text, duration_ms: 0 };
}

/** Said, not called: what a step was not given cannot run because a model names it. */
function noSuchTool(name: string, names: Offered): string {
  return `there is no tool "${name}" here; the tools are: ${[...names.byWire.keys()].join(', ')}`;
}

/** The calls with their answers, in one piece. */
export function exchange({ message, calls }: Said, results: readonly ToolResult[]): Message[] {
  const answers = calls.map(({ sent }, index): Message => {
    const { text, isError } = results[index] as ToolResult;
    return { role: 'tool', callId: sent.id, text, ...(isError ? { isError } : {}) };
  });
  return [message, ...answers];
}
