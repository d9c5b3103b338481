import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';

export type Parsed<Value> = { readonly value: Value } | { readonly problem: string };

/** A list as people write one: JSON, or an item a line, with or without a dash. */
export function listOf(text: string): Parsed<readonly Json[]> {
  if (!text.trimStart().startsWith('[')) return { value: linesOf(text).map((line) => scalar(line.replace(/^-\s+/, ''))) };
  const value = fromJson(text);
  return Array.isArray(value) ? { value } : { problem: 'This is no JSON list. Write one item a line, or ["one", "two"].' };
}

/** A map as people write one: JSON, or `key: value` a line. */
export function mapOf(text: string): Parsed<JsonObject> {
  if (text.trimStart().startsWith('{')) {
    const value = fromJson(text);
    return isJsonObject(value) ? { value } : { problem: 'This is no JSON map. Write "key: value" a line, or {"key": "value"}.' };
  }
  const entries: [string, Json][] = [];
  for (const line of linesOf(text)) {
    const found = /^([^:]+):(?:\s+(.*))?$/.exec(line);
    if (found === null) return { problem: `"${line}" is no "key: value".` };
    entries.push([(found[1] ?? '').trim(), scalar(found[2] ?? '')]);
  }
  return { value: Object.fromEntries(entries) };
}

/** The text in a field for a value, so that `listOf` and `mapOf` give the value again. */
export function textFor(value: Json): string {
  if (typeof value === 'string') return value;
  const lines = Array.isArray(value) ? value.map(String).join('\n') : '';
  const isPlain = lines !== '' && JSON.stringify(listOf(lines)) === JSON.stringify({ value });
  return isPlain ? lines : JSON.stringify(value, undefined, 2);
}

function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Numbers, `true`, `false`, `null`, and JSON in quotes or brackets; all else is text. */
function scalar(text: string): Json {
  if (!/^(?:-?\d|["[{]|(?:true|false|null)$)/.test(text)) return text;
  return fromJson(text) ?? (text === 'null' ? null : text);
}

function fromJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
