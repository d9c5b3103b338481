import { type Json, textOf } from '../core/json.ts';
import type { Row } from './row.ts';

/** Words in a row that count as quoted. */
const QUOTE_WORDS = 6;
/** What more than this share of the rows have is the form of the data, not the content of a row. */
const COMMON_SHARE = 0.2;
const ID_LENGTH = 4;

/** Finds what a prompt took from single rows of the data it was shown. */
export type FindLeaks = (text: string) => readonly string[];

/**
 * A prompt that quotes its training rows scores well on them and teaches nothing. Looked for are runs of words of an input, and
 * tokens that look like an id; what stands in one of the `known` texts (the first prompts, background) is no leak.
 */
export function leakFinder(rows: readonly Row[], known: readonly string[]): FindLeaks {
  const counts = new Map<string, number>();
  for (const row of rows)
    for (const mark of marksOf(row.id, row.input ?? '', ...stringsOf(row.vars))) counts.set(mark, (counts.get(mark) ?? 0) + 1);
  const allowed = new Set(known.flatMap((text) => [...marksOf(text)]));
  const most = Math.max(1, rows.length * COMMON_SHARE);
  const secret = new Set([...counts].filter(([mark, count]) => count <= most && !allowed.has(mark)).map(([mark]) => mark));
  return (text) => [...marksOf(text)].filter((mark) => secret.has(mark));
}

function stringsOf(value: Json): string[] {
  if (typeof value !== 'object' || value === null) return [textOf(value)];
  return Object.values(value).flatMap(stringsOf);
}

function marksOf(...texts: readonly string[]): Set<string> {
  const marks = new Set<string>();
  for (const text of texts) {
    const words = text.toLowerCase().match(/[\p{L}\p{N}_-]+/gu) ?? [];
    for (const [index, word] of words.entries()) {
      if (word.length >= ID_LENGTH && /\p{N}/u.test(word)) marks.add(word);
      if (index + QUOTE_WORDS <= words.length) marks.add(words.slice(index, index + QUOTE_WORDS).join(' '));
    }
  }
  return marks;
}
