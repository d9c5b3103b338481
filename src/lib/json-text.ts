import { isJsonObject, type Json } from '../core/json.ts';
import { type Read, readJson, skipSpace } from './tolerant-json.ts';

export type FoundJson = { readonly value: Json } | { readonly problem: string };

/**
 * The JSON value of a model's answer: all of it, or the one map or list among other words, fenced or not. An answer that could
 * be read in two ways has none: two values that differ, one that begins and never ends, brackets left over beside it. With
 * `wanted` `map`, lists of plain values, such as a [1] in a sentence, are words.
 */
export function jsonIn(text: string, wanted: 'map' | 'any' = 'any'): FoundJson {
  const whole = unfenced(text.replace(THOUGHTS, '').trim());
  const read: Partial<Read> = /^[#/]/.test(whole) ? {} : readJson(whole, 0);
  if ('value' in read && whole.slice(read.end).trim() === '') return { value: read.value };
  const found = valuesAmong(whole, wanted);
  if ('problem' in found) return found;
  const [first, ...others] = found.values;
  if (first === undefined) return { problem: 'it holds no JSON value' };
  const isSame = (other: Json) => JSON.stringify(other) === JSON.stringify(first);
  return others.every(isSame) ? { value: first } : { problem: `it holds ${found.values.length} JSON values that differ` };
}

/** What some models say to themselves before the answer. */
const THOUGHTS = /^\s*<think(?:ing)?>[\s\S]*?<\/think(?:ing)?>/;

/** A text that is one fenced block and nothing else. */
function unfenced(text: string): string {
  const inner = /^```[\w-]*[ \t]*\n([\s\S]*?)\n?[ \t]*```$/.exec(text)?.[1];
  return inner === undefined || inner.includes('```') ? text : inner.trim();
}

const BRACKETS: Readonly<Record<string, string>> = { '{': '}', '[': ']' };

/** Every map and list in the text. One that begins like JSON and cannot be read spoils the answer: what is inside of it is not the answer. */
function valuesAmong(text: string, wanted: 'map' | 'any'): { readonly values: readonly Json[] } | { readonly problem: string } {
  const values: Json[] = [];
  const open: string[] = [];
  let proseFrom = 0;
  const bracket = /[{}[\]]/g;
  for (let next = bracket.exec(text); next !== null; next = bracket.exec(text)) {
    const at = next.index;
    const closing = BRACKETS[next[0]];
    if (closing === undefined) {
      if (open.pop() !== next[0]) return { problem: told(`there is a "${next[0]}" too many`, text, at) };
    } else if (!startsLikeJson(text, at)) {
      open.push(closing);
    } else {
      const read = readJson(text, at);
      if ('problem' in read) return { problem: told(read.problem, text, read.at) };
      const isPart =
        open.length > 0 || PIECES.test(text.slice(proseFrom, at)) || GOES_ON.test(text.slice(read.end, read.end + 100));
      if (isPart) return { problem: told('the value is part of something larger', text, at) };
      proseFrom = read.end;
      if (wanted === 'any' || !isFlatList(read.value)) values.push(read.value);
      bracket.lastIndex = read.end;
    }
  }
  return PIECES.test(text.slice(proseFrom)) ? { problem: 'pieces of JSON are left over beside the value' } : { values };
}

/** Braces and brackets of prose hold other things: `{see below}`, `[link](…)`. */
function startsLikeJson(text: string, at: number): boolean {
  const inside = text.slice(skipSpace(text, at + 1)).slice(0, 100);
  return inside === '' || (text[at] === '{' ? MAP_BEGINS : LIST_BEGINS).test(inside);
}

const MAP_BEGINS = /^(?:["'}]|[A-Za-z_$][\w$]*\s*(?:[:#]|\/[/*]))/;
const LIST_BEGINS = /^(?:["'{[\]\d-]|(?:true|false|null|True|False|None|NaN|Infinity)\b)/;

/** What quotes are next to in JSON and not in prose: among the words, its brackets are lost. */
const PIECES = /"\s*[:\]}]|[[{][^[\]{}]*"|["'\\]$/;

/** More of something right after the value. */
const GOES_ON = /^(?:\s*[,:"]|["'\\[{\w])/;

function isFlatList(value: Json): boolean {
  return Array.isArray(value) && value.every((item) => !Array.isArray(item) && !isJsonObject(item));
}

function told(problem: string, text: string, at: number): string {
  const before = text.slice(0, at).split('\n');
  return `${problem} (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`;
}
