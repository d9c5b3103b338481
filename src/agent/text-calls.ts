import { isJsonObject, type Json } from '../core/json.ts';
import type { ToolCall } from '../core/message.ts';

const TAGGED = /<tool_call>([\s\S]*?)<\/tool_call>/g;
const FENCED = /^```(?:json|tool_call)?\s*\n([\s\S]*?)\n?```$/;

/**
 * Tool calls that a model wrote as text, as models without native tools do: `<tool_call>{"name", "arguments"}</tool_call>`
 * anywhere, or a reply that is nothing but such an object, fenced or not. Only names that `isTool` knows count; everything
 * else is an answer. `text` is what stood around the calls.
 */
export function callsInText(text: string, isTool: (name: string) => boolean): { text: string; calls: Omit<ToolCall, 'id'>[] } {
  const tagged = [...text.matchAll(TAGGED)].map(([, body]) => callIn(body ?? '', isTool));
  if (tagged.length > 0 && tagged.every((call) => call !== undefined)) {
    return { text: text.replace(TAGGED, '').trim(), calls: tagged };
  }
  const whole = text.trim();
  const call = callIn(FENCED.exec(whole)?.[1] ?? whole, isTool);
  return call === undefined ? { text, calls: [] } : { text: '', calls: [call] };
}

function callIn(body: string, isTool: (name: string) => boolean): Omit<ToolCall, 'id'> | undefined {
  const value = parsed(body.trim());
  if (!isJsonObject(value) || typeof value.name !== 'string' || !isTool(value.name)) return undefined;
  if (Object.keys(value).some((key) => !['name', 'arguments', 'parameters'].includes(key))) return undefined;
  const args = value.arguments ?? value.parameters ?? {};
  return { name: value.name, arguments: typeof args === 'string' ? args : JSON.stringify(args) };
}

function parsed(text: string): Json | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
