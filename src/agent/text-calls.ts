import { isJsonObject, type Json } from '../core/json.ts';
import type { ToolCall } from '../core/message.ts';

/** The end mark may be missing: some models stop before it. */
const TAGGED = /<tool_call>([\s\S]*?)(?:<\/tool_call>|$)/g;
/** The last thing in a reply. */
const FENCED = /(?:^|\n)```(?:json|tool_call)?[^\S\n]*\n((?:(?!\n```)[\s\S])*)(?:\n```)?$/;

export interface TextCalls {
  /** What stood around the calls. */
  readonly text: string;
  readonly calls: readonly Omit<ToolCall, 'id'>[];
  /** What to tell the model when a call was meant and cannot be read. */
  readonly problem?: string;
}

/**
 * Tool calls that a model wrote as text, as models without native tools do: `<tool_call>{"name", "arguments"}</tool_call>`
 * anywhere, or such an object or a list of them that is the whole reply or, fenced, its end. Without the tag only names that
 * `isTool` knows count: everything else is an answer.
 */
export function callsInText(text: string, isTool: (name: string) => boolean): TextCalls {
  const bodies = [...text.matchAll(TAGGED)].map(([, body]) => body ?? '');
  if (bodies.length > 0) {
    const tagged = bodies.map((body) => callIn(parsed(body)));
    const calls = tagged.filter((call) => call !== undefined);
    if (calls.length < tagged.length) return { text, calls: [], problem: UNREADABLE };
    return { text: text.replace(TAGGED, '').trim(), calls };
  }
  const whole = text.trim();
  const fenced = FENCED.exec(whole);
  const body = fenced?.[1] ?? whole;
  const value = parsed(body);
  if (value === undefined) return isTool(nameIn(body)) ? { text, calls: [], problem: UNREADABLE_JSON } : { text, calls: [] };
  const list = Array.isArray(value) ? value : [value];
  const calls = list.map(callIn).filter((call) => call !== undefined && isTool(call.name));
  return calls.length > 0 && calls.length === list.length
    ? { text: whole.slice(0, fenced?.index ?? 0).trim(), calls: calls as TextCalls['calls'] }
    : { text, calls: [] };
}

/** Whom an object that is no JSON calls, if it is a call: one that was cut, or has a quote too many. */
function nameIn(body: string): string {
  return BROKEN_CALL.exec(body)?.[1] ?? '';
}

const BROKEN_CALL = /^\s*\[?\s*\{\s*"name"\s*:\s*"([^"\n]*)"\s*,\s*"(?:arguments|parameters)"\s*:/;

const UNREADABLE =
  'No tool was called: what stands after <tool_call> must be {"name": …, "arguments": {…}} as valid JSON, then </tool_call>. Write it again.';
const UNREADABLE_JSON =
  'No tool was called: a call must be {"name": …, "arguments": {…}} as valid JSON. Write the whole of it again.';

/** Also in the shape of OpenAI's own calls: `{"type": "function", "function": {…}}`. */
function callIn(value: Json | undefined): Omit<ToolCall, 'id'> | undefined {
  if (!isJsonObject(value)) return undefined;
  const { type: _, id: __, ...rest } = value;
  if (isJsonObject(rest.function) && Object.keys(rest).length === 1) return callIn(rest.function);
  const { name, arguments: args, parameters, ...more } = rest;
  if (typeof name !== 'string' || name === '' || Object.keys(more).length > 0) return undefined;
  const given = args ?? parameters ?? {};
  return { name, arguments: typeof given === 'string' ? given : JSON.stringify(given) };
}

function parsed(text: string): Json | undefined {
  const body = text.trim();
  if (!body.startsWith('{') && !body.startsWith('[')) return undefined;
  try {
    return JSON.parse(body) as Json;
  } catch {
    return undefined;
  }
}
