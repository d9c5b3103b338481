import type { Json } from '../core/json.ts';
import { nearest } from '../lib/nearest.ts';
import type { Filter } from './filters.ts';
import { FILTERS } from './filters.ts';
import type { TextProblem } from './problem.ts';

/** What stands in one pair of braces, as far as it reads like a placeholder. Offsets count from the start of the text. */
export interface Braces {
  /** The first word, not necessarily a root. */
  readonly word: string;
  readonly path: readonly (string | number)[];
  readonly calls: readonly FilterCall[];
  /** Of the word and its path. */
  readonly from: number;
  readonly to: number;
  /** Just after the closing brace; where reading stopped when `closed` is false. */
  readonly end: number;
  readonly closed: boolean;
  /** Nothing but the parts themselves stands in the braces, as it must in a placeholder. */
  readonly tight: boolean;
  /** What is wrong with the filters: a placeholder that has any is an error, not text. */
  readonly problems: readonly TextProblem[];
}

export interface FilterCall {
  readonly filter: Filter;
  readonly argument: Json;
}

/** Reads the braces that open at `start`; undefined when no word follows. Time is linear in what is read. */
export function readBraces(source: string, start: number): Braces | undefined {
  const open = match(SPACE, source, start + 1);
  const from = start + 1 + open.length;
  const word = match(WORD, source, from);
  if (word === '') return undefined;
  const { path, to } = readPath(source, from + word.length);
  const problems: TextProblem[] = [];
  const { calls, end, space } = readFilters(source, to, problems);
  const closed = source[end] === '}';
  const committed = calls.length > 0 || problems.length > 0;
  if (!closed && committed && problems.length === 0) problems.push(unfinished(source, end));
  const tight = open === '' && (space === '' || committed);
  return { word, path, calls, from, to, end: closed ? end + 1 : end, closed, tight, problems };
}

/** Where the parts of a path stand, the root first: `[start, end)` each. `from` is the start of the root. */
export function segmentSpans(source: string, from: number): readonly (readonly [number, number])[] {
  let at = from + match(WORD, source, from).length;
  const spans: [number, number][] = [[from, at]];
  for (;;) {
    const part = exec(SPACED_SEGMENT, source, at);
    if (part === null) return spans;
    at += part[0].length;
    spans.push([at - (part[1] ?? part[2] ?? '').length, at]);
  }
}

const SPACE = /\s*/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const NAME = String.raw`[\p{L}_][\p{L}\p{N}\p{M}_-]*`;
const QUOTED = String.raw`"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'`;
const SEGMENT = new RegExp(String.raw`\.(${NAME})|\[(?:(\d{1,9})|(${QUOTED}))\]`, 'uy');
const SPACED_SEGMENT = new RegExp(String.raw`\s*(?:\.\s*(${NAME})|(\[\s*(?:\d{1,9}|${QUOTED})\s*\]))`, 'uy');
const LITERAL = new RegExp(String.raw`${QUOTED}|-?\d{1,15}(?:\.\d{1,15})?|true\b|false\b|null\b|\[\]`, 'y');

function readPath(source: string, start: number): { path: (string | number)[]; to: number } {
  const path: (string | number)[] = [];
  let to = start;
  for (;;) {
    const part = exec(SEGMENT, source, to);
    if (part === null) return { path, to };
    const [text, name, index, quoted] = part;
    path.push(name ?? (index === undefined ? unquote(quoted ?? '') : Number(index)));
    to += text.length;
  }
}

function readFilters(
  source: string,
  start: number,
  problems: TextProblem[],
): { calls: FilterCall[]; end: number; space: string } {
  const calls: FilterCall[] = [];
  let end = start;
  for (;;) {
    const space = match(SPACE, source, end);
    const bar = end + space.length;
    if (source[bar] !== '|') return { calls, end: bar, space };
    const nameAt = bar + 1 + match(SPACE, source, bar + 1).length;
    const name = match(WORD, source, nameAt);
    if (name === '') {
      if (calls.length + problems.length > 0) problems.push(unfinished(source, nameAt));
      return { calls, end: bar, space };
    }
    const args = readArguments(source, nameAt + name.length);
    end = args.end;
    const call = callOf(source, name, nameAt, args, problems);
    if (call !== undefined) calls.push(call);
    if (args.broken) return { calls, end, space: '' };
  }
}

interface Arguments {
  readonly values: readonly Json[];
  readonly end: number;
  /** Parentheses or quotes that are opened and not closed. */
  readonly broken: boolean;
}

/** Either `(a, b)` or one bare literal after white space, or nothing. */
function readArguments(source: string, start: number): Arguments {
  const space = match(SPACE, source, start);
  let at = start + space.length;
  if (source[at] !== '(') {
    const text = match(LITERAL, source, at);
    if (text !== '') return { values: [literal(text)], end: at + text.length, broken: false };
    const opened = source[at] === '"' || source[at] === "'";
    return { values: [], end: opened ? lineEnd(source, at) : start, broken: opened };
  }
  const values: Json[] = [];
  for (;;) {
    at += 1 + match(SPACE, source, at + 1).length;
    if (source[at] === ')' && values.length === 0) return { values, end: at + 1, broken: false };
    const text = match(LITERAL, source, at);
    if (text === '') return { values, end: at, broken: true };
    values.push(literal(text));
    at += text.length;
    at += match(SPACE, source, at).length;
    if (source[at] === ')') return { values, end: at + 1, broken: false };
    if (source[at] !== ',') return { values, end: at, broken: true };
  }
}

function callOf(source: string, name: string, nameAt: number, args: Arguments, problems: TextProblem[]): FilterCall | undefined {
  const filter = FILTERS.find((candidate) => candidate.name === name);
  if (args.broken) {
    problems.push(unfinished(source, args.end, filter));
    return undefined;
  }
  if (filter === undefined) {
    problems.push(unknownFilter(name, nameAt));
    return undefined;
  }
  const wrong = wrongArguments(filter, args.values);
  if (wrong !== undefined) {
    problems.push({
      code: 'PC3102',
      severity: 'error',
      message: `filter "${name}" ${wrong}`,
      offset: nameAt,
      length: args.end - nameAt,
      help: `write it as: | ${filter.usage}`,
    });
    return undefined;
  }
  return { filter, argument: args.values[0] ?? null };
}

function unknownFilter(name: string, offset: number): TextProblem {
  const names = FILTERS.map((filter) => filter.name);
  const meant = FOREIGN.get(name.toLowerCase()) ?? nearest(name, names);
  return {
    code: 'PC3101',
    severity: 'error',
    message: `unknown filter "${name}"${meant === undefined ? '' : `: did you mean "${meant}"?`}`,
    offset,
    length: name.length,
    help: `the filters are ${names.join(', ')}; anything else is a function step`,
    ...(meant === undefined ? {} : { fix: { offset, length: name.length, text: meant } }),
  };
}

/** What other template languages call ours. */
const FOREIGN: ReadonlyMap<string, string> = new Map([
  ['tojson', 'json'],
  ['to_json', 'json'],
  ['strip', 'trim'],
  ['uppercase', 'upper'],
  ['upcase', 'upper'],
  ['lowercase', 'lower'],
  ['downcase', 'lower'],
  ['head', 'lines'],
  ['limit', 'truncate'],
  ['slice', 'truncate'],
]);

function wrongArguments(filter: Filter, values: readonly Json[]): string | undefined {
  const wanted = filter.parameters.length;
  if (values.length > wanted) return wanted === 0 ? 'takes no argument' : 'takes one argument';
  const [kind] = filter.parameters;
  const [value] = values;
  if (kind === undefined) return undefined;
  if (value === undefined) return `needs ${NEEDED[kind]}`;
  const most = kind === 'spaces' ? 100 : 1_000_000;
  if (kind === 'text') return typeof value === 'string' ? undefined : `needs ${NEEDED[kind]}`;
  if (kind === 'value') return undefined;
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most
    ? undefined
    : `needs ${NEEDED[kind]}`;
}

const NEEDED = {
  text: 'a text in quotes',
  count: 'a whole number from 0 to 1000000',
  spaces: 'a whole number from 0 to 100',
  value: 'a text in quotes, a number, true, false, null or []',
} as const;

function unfinished(source: string, offset: number, filter?: Filter): TextProblem {
  const letter = source.codePointAt(offset);
  return {
    code: 'PC3103',
    severity: 'error',
    message: `this placeholder cannot be read: ${letter === undefined ? 'the text ends' : `${JSON.stringify(String.fromCodePoint(letter))} stands`} before its "}"`,
    offset: Math.min(offset, Math.max(0, source.length - 1)),
    length: 1,
    help: filter === undefined ? 'to keep it as text, put a backslash before its "{"' : `write the filter as: | ${filter.usage}`,
  };
}

function literal(text: string): Json {
  if (text.startsWith('"') || text.startsWith("'")) return unquote(text);
  return text === '[]' ? [] : (JSON.parse(text.replace(/^(-?)0+(?=\d)/, '$1')) as Json);
}

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\([\s\S])/g, (_, letter: string) => ESCAPES[letter] ?? letter);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function lineEnd(source: string, start: number): number {
  const end = source.indexOf('\n', start);
  return end === -1 ? source.length : end;
}

function match(pattern: RegExp, source: string, at: number): string {
  return exec(pattern, source, at)?.[0] ?? '';
}

function exec(pattern: RegExp, source: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(source);
}
