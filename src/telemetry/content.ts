import type { Attributes } from '@opentelemetry/api';
import type { Json } from '../core/json.ts';
import type { Message, ToolCall } from '../core/message.ts';
import type { FinishReason, ModelEvent, ModelRequest } from '../core/model.ts';

type Mask = (text: string) => string;

/** What a model is asked, in the form that the conventions give conversations, as JSON text. */
export function requestContent({ system, messages }: ModelRequest, mask: Mask): Attributes {
  return {
    ...(system === undefined ? {} : { 'gen_ai.system_instructions': json([text(system)], mask) }),
    'gen_ai.input.messages': json(messages.map(message), mask),
  };
}

/** What it answered, as far as the answer came. */
export function answerContent(events: readonly ModelEvent[], mask: Mask): Attributes {
  const parts: Json[] = [];
  const said = events.flatMap((event) => (event.type === 'text-delta' ? [event.text] : [])).join('');
  if (said !== '') parts.push(text(said));
  for (const event of events) if (event.type === 'tool-call') parts.push(toolCall(event.call));
  const finish = events.find((event) => event.type === 'finish');
  if (parts.length === 0 && finish === undefined) return {};
  const reason = finish === undefined ? 'error' : finishOf(finish.reason);
  return { 'gen_ai.output.messages': json([{ role: 'assistant', parts, finish_reason: reason }], mask) };
}

function message(entry: Message): Json {
  if (entry.role === 'tool') {
    return { role: 'tool', parts: [{ type: 'tool_call_response', id: entry.callId, response: entry.text }] };
  }
  if (entry.role === 'user') return { role: 'user', parts: [text(entry.text)] };
  const said = entry.text === '' ? [] : [text(entry.text)];
  return { role: 'assistant', parts: [...said, ...(entry.toolCalls ?? []).map(toolCall)] };
}

function text(content: string): Json {
  return { type: 'text', content };
}

function toolCall({ id, name, arguments: args }: ToolCall): Json {
  return { type: 'tool_call', id, name, arguments: parsed(args) };
}

/** Models write arguments as JSON, most of the time. */
function parsed(args: string): Json {
  try {
    return JSON.parse(args) as Json;
  } catch {
    return args;
  }
}

function finishOf(reason: FinishReason): string {
  return reason === 'tool_calls' ? 'tool_call' : reason;
}

/** Masked before it is written as JSON, which may tear a secret apart. */
function json(value: Json, mask: Mask): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'string' ? mask(item) : item));
}
