import { relative } from 'node:path';
import type { Problem } from '../core/problem.ts';
import type { Paint } from './paint.ts';
import { sanitize } from './sanitize.ts';

export interface FrameOptions {
  readonly paint: Paint;
  /** Files below it are shown relative to it. */
  readonly cwd: string;
}

/** One problem as text: the sentence, the place, the line it is in with the spot underlined, and how to mend it. */
export function frame(problem: Problem, source: string | undefined, { paint, cwd }: FrameOptions): string {
  const { line, column } = problem.position;
  const gutter = ' '.repeat(String(line).length);
  // A file that could not be read has no text to show.
  const text = source === undefined || source === '' ? undefined : lineAt(source, line);
  const mark = problem.severity === 'error' ? paint.red : paint.yellow;
  return [
    `${mark(paint.bold(`${problem.severity}[${problem.code}]`))}${paint.bold(`: ${sanitize(problem.message)}`)}`,
    `${gutter}${paint.cyan('-->')} ${displayPath(problem.position.file, cwd)}:${line}:${column}`,
    ...(text === undefined ? labelOnly(problem, gutter) : excerpt(problem, text, gutter, { paint, cwd })),
    ...helpLines(problem.help, gutter, paint),
    '',
  ].join('\n');
}

/** `  = help: …`, its further lines indented to the first. */
export function helpLines(help: string | undefined, gutter: string, paint: Paint): readonly string[] {
  if (help === undefined) return [];
  const [first = '', ...more] = sanitize(help).trimEnd().split('\n');
  return [`${gutter} ${paint.cyan('=')} help: ${first}`, ...more.map((line) => `${gutter}         ${line}`)];
}

/** A path as a person would type it from `cwd`. */
export function displayPath(file: string, cwd: string): string {
  const short = relative(cwd, file);
  return sanitize(short === '' || short.startsWith('..') || file.startsWith('<') ? file : short).replaceAll('\n', ' ');
}

function labelOnly(problem: Problem, gutter: string): readonly string[] {
  return problem.label === undefined ? [] : [`${gutter} = ${sanitize(problem.label)}`];
}

function excerpt(problem: Problem, line: string, gutter: string, { paint }: FrameOptions): readonly string[] {
  const { column, length = 1 } = problem.position;
  const mark = problem.severity === 'error' ? paint.red : paint.yellow;
  const cut = window(line, column - 1);
  const before = visible(line.slice(cut.start, column - 1));
  const spot = visible(line.slice(column - 1, Math.min(column - 1 + length, cut.end)));
  const after = visible(line.slice(Math.min(column - 1 + length, cut.end), cut.end));
  const shown = `${cut.start > 0 ? '…' : ''}${before}${spot}${after}${cut.end < line.length ? '…' : ''}`;
  const indent = ' '.repeat(widthOf(before) + (cut.start > 0 ? 1 : 0));
  const label = problem.label === undefined ? '' : ` ${sanitize(problem.label)}`;
  return [
    `${gutter} ${paint.cyan('|')}`,
    `${paint.cyan(`${problem.position.line} |`)} ${shown}`.trimEnd(),
    `${gutter} ${paint.cyan('|')} ${indent}${mark('^'.repeat(Math.max(1, widthOf(spot))) + label)}`,
  ];
}

/** The line as the file has it, without splitting all of a large file. */
function lineAt(source: string, line: number): string | undefined {
  let start = 0;
  for (let number = 1; number < line; number += 1) {
    const end = source.indexOf('\n', start);
    if (end === -1) return undefined;
    start = end + 1;
  }
  const end = source.indexOf('\n', start);
  return source.slice(start, end === -1 ? undefined : end).replace(/\r$/, '');
}

const WINDOW = 100;

function window(line: string, spot: number): { readonly start: number; readonly end: number } {
  if (line.length <= WINDOW + 20) return { start: 0, end: line.length };
  const start = Math.max(0, Math.min(spot - WINDOW / 2, line.length - WINDOW));
  return { start, end: Math.min(line.length, start + WINDOW) };
}

/** Control and direction characters, which could make a line look like another one, become visible; a tab becomes a space. */
function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  return text.replaceAll('\t', ' ').replace(/[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, '\ufffd');
}

/** Columns a text takes on a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text.normalize('NFC')) width += /\p{Mark}/u.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u;
