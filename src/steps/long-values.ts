import { isJsonObject, type Json } from '../core/json.ts';
import type { Scope } from '../core/scope.ts';
import type { Reference } from '../core/template.ts';
import { estimateTokens } from '../lib/token-estimate.ts';

/** A text in the values of a run, and where it is. */
export interface Long {
  /** From the root: `['steps', 'a', 'output']`. */
  readonly at: readonly (string | number)[];
  /** As a chain writes it: `{steps.a.output}`. */
  readonly name: string;
  readonly text: string;
  /** How often it is read, and about how many tokens it has in all. */
  readonly times: number;
  readonly tokens: number;
}

/** Every text that the references bring in, also inside maps and lists. */
export function longTexts(scope: Scope, references: readonly Reference[]): readonly Long[] {
  const found = new Map<string, Long>();
  for (const { root, path } of references) {
    let value: unknown = scope[root];
    for (const key of path)
      value = isJsonObject(value) || Array.isArray(value) ? (value as Record<string | number, unknown>)[key] : undefined;
    for (const each of textsIn(value as Json | undefined, [root, ...path])) {
      const key = JSON.stringify(each.at);
      const times = (found.get(key)?.times ?? 0) + 1;
      found.set(key, { ...each, times, tokens: each.tokens * times });
    }
  }
  return [...found.values()];
}

function textsIn(value: Json | undefined, at: readonly (string | number)[]): readonly Long[] {
  if (typeof value === 'string') return [{ at, name: `{${at.join('.')}}`, text: value, times: 1, tokens: estimateTokens(value) }];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsIn(item, [...at, index]));
  return isJsonObject(value) ? Object.entries(value).flatMap(([key, item]) => textsIn(item, [...at, key])) : [];
}

/** The length in tokens that each text may have so that all of them are within `room`: only those above it are shortened. */
export function levelFor(texts: readonly Long[], room: number): number {
  const sorted = texts.map(({ tokens }) => tokens).sort((a, b) => a - b);
  let left = room;
  for (const [index, tokens] of sorted.entries()) {
    const share = left / (sorted.length - index);
    if (tokens > share) return Math.floor(share);
    left -= tokens;
  }
  return Number.POSITIVE_INFINITY;
}

/** A text within so many tokens, its middle left out and that said in its place. */
export function cutMiddle(text: string, tokens: number): string {
  const own = estimateTokens(text);
  if (own <= tokens) return text;
  const kept = Math.max(0, Math.floor(text.length * ((tokens - NOTE_TOKENS) / own)));
  const head = text.slice(0, Math.ceil(kept / 2)).replace(/[\uD800-\uDBFF]$/, '');
  const tail = text.slice(text.length - Math.floor(kept / 2)).replace(/^[\uDC00-\uDFFF]/, '');
  return `${head}\n[${text.length - head.length - tail.length} of ${text.length} characters are left out here]\n${tail}`;
}

const NOTE_TOKENS = 20;

/** A copy with another text at one place. */
export function replaced(value: unknown, at: readonly (string | number)[], text: string): unknown {
  const [key, ...rest] = at;
  if (key === undefined) return text;
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? replaced(item, rest, text) : item));
  const map = value as Readonly<Record<string, unknown>>;
  // Of the same prototype, or none: what a placeholder can read stays what it was.
  return Object.assign(Object.create(Object.getPrototypeOf(map)), map, { [key]: replaced(map[key], rest, text) });
}
