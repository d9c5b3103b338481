import { quote } from './quote.ts';

/** Where two texts part, in words: the stretch of each that the other does not have, with a little before it. */
export function difference(expected: string, got: string): string {
  let start = 0;
  while (start < expected.length && start < got.length && expected[start] === got[start]) start += 1;
  let end = 0;
  const most = Math.min(expected.length, got.length) - start;
  while (end < most && expected[expected.length - 1 - end] === got[got.length - 1 - end]) end += 1;
  const before = expected.slice(Math.max(0, start - CONTEXT), start);
  const wanted = expected.slice(start, expected.length - end);
  const found = got.slice(start, got.length - end);
  const place = start === 0 ? 'at the start' : `at character ${start + 1}, after ${quote(before)}`;
  if (found === '') return `${place} ${quote(wanted)} is missing`;
  if (wanted === '') return `${place} ${quote(found)} is too much`;
  return `${place} expected ${quote(wanted)}, got ${quote(found)}`;
}

const CONTEXT = 20;
