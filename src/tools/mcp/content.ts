import type { JsonObject } from '../../core/json.ts';
import { isJsonObject, type Json } from '../../core/json.ts';
import type { ToolResult } from '../../core/tool.ts';
import { cleanLine } from './clean-text.ts';
import { DATA_CHARACTERS, DEPTH, RESULT_CHARACTERS } from './limits.ts';
import { isDeeperThan } from './schema-bounds.ts';

/**
 * What a server answered to a call, as a model reads it: texts as they are, everything else named with its type and size. A
 * server may send anything, so every field is looked at before it is used. Older servers answer with `toolResult` alone.
 */
export function resultOf(answer: { readonly [key: string]: unknown }): ToolResult {
  const content = Array.isArray(answer.content) ? answer.content : [];
  const structured = structuredIn(answer.structuredContent ?? (content.length === 0 ? answer.toolResult : undefined));
  const parts = content.map(textOf);
  if (parts.length === 0 && structured.json !== undefined) parts.push(structured.json);
  if (structured.note !== undefined) parts.push(structured.note);
  const result = { text: bounded(parts), isError: answer.isError === true };
  return structured.data === undefined ? result : { ...result, data: structured.data };
}

function bounded(parts: readonly string[]): string {
  const length = parts.reduce((sum, part) => sum + part.length, Math.max(0, parts.length - 1));
  if (length <= RESULT_CHARACTERS) return parts.join('\n');
  const note = `\n[cut here: the result has ${length} characters]`;
  let text = '';
  for (const part of parts) {
    if (text.length >= RESULT_CHARACTERS) break;
    text += text === '' ? part.slice(0, RESULT_CHARACTERS) : `\n${part.slice(0, RESULT_CHARACTERS)}`;
  }
  return text.slice(0, RESULT_CHARACTERS - note.length).replace(HALF_CHARACTER, '') + note;
}

/** Where a cut went through a pair of surrogates. */
const HALF_CHARACTER = /[\ud800-\udbff]$/;

function structuredIn(value: unknown): { readonly data?: Json; readonly json?: string; readonly note?: string } {
  if (value === undefined || value === null) return {};
  if (isDeeperThan(value, DEPTH)) return { note: `[structured content left out: it is nested deeper than ${DEPTH} levels]` };
  const json = JSON.stringify(value);
  if (json.length <= DATA_CHARACTERS) return { data: value as Json, json };
  return { json, note: `[structured content left out: it has ${json.length} characters, ${DATA_CHARACTERS} are kept]` };
}

function textOf(item: unknown): string {
  if (!isJsonObject(item)) return '[content that is no object]';
  switch (item.type) {
    case 'text':
      return typeof item.text === 'string' ? item.text : '[a text without text]';
    case 'image':
    case 'audio':
      return `[${item.type}: ${described(item, item.data)}]`;
    case 'resource':
      return isJsonObject(item.resource) ? resource(item.resource) : '[a resource without content]';
    case 'resource_link':
      return link(item);
    default:
      return `[content of a kind that is not known here: ${word(item.type) ?? 'none'}]`;
  }
}

function resource(item: JsonObject): string {
  const uri = word(item.uri) ?? 'without address';
  if (typeof item.text === 'string') return `[resource ${uri}]\n${item.text}`;
  return `[resource ${uri}: ${described(item, item.blob)}]`;
}

function link(item: JsonObject): string {
  const facts = [word(item.title) ?? word(item.name), word(item.mimeType), word(item.description)].filter(Boolean);
  return `[link to resource ${word(item.uri) ?? 'without address'}${facts.length === 0 ? '' : `: ${facts.join(', ')}`}]`;
}

function described(item: JsonObject, data: Json | undefined): string {
  const type = word(item.mimeType) ?? 'unknown type';
  return typeof data === 'string' ? `${type}, ${bytesIn(data)} bytes` : `${type}, empty`;
}

function bytesIn(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return Math.max(0, Math.floor((base64.length * 3) / 4) - padding);
}

function word(value: unknown): string | undefined {
  const text = typeof value === 'string' ? cleanLine(value, 500) : '';
  return text === '' ? undefined : text;
}
