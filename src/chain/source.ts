import type { Position } from '../core/problem.ts';

/** A text with a name, and where its lines start, so that an offset can be told as line and column. */
export interface Source {
  readonly file: string;
  readonly text: string;
  readonly lineStarts: readonly number[];
}

/** A stretch of a text: UTF-16 offsets, `end` exclusive. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

export function createSource(file: string, text: string): Source {
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  return { file, text, lineStarts };
}

/** Line and column of a place; the length stops at the end of its first line and is at least 1. */
export function positionOf(source: Source, place: Place): Position {
  const start = Math.max(0, Math.min(place.start, source.text.length));
  const line = lineAt(source.lineStarts, start);
  const lineStart = source.lineStarts[line] ?? 0;
  const markWidth = line === 0 && source.text.startsWith('\ufeff') && start > 0 ? 1 : 0;
  const end = Math.min(place.end, endOfLine(source, line));
  return { file: source.file, line: line + 1, column: start - lineStart - markWidth + 1, length: Math.max(1, end - start) };
}

/** The offset after the last character of a line (counted from 0), its line break left out. */
export function endOfLine(source: Source, line: number): number {
  const next = source.lineStarts[line + 1];
  if (next === undefined) return source.text.length;
  return source.text.charCodeAt(next - 2) === 13 ? next - 2 : next - 1;
}

/** Index, from 0, of the line an offset is in. */
export function lineAt(lineStarts: readonly number[], offset: number): number {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
