import type { Json } from '../core/json.ts';
import { textOf } from '../core/json.ts';

/**
 * One filter of a placeholder. `takes` says which values reach `apply`: a `default` gets what is missing too, `json` gets
 * null, every other filter passes both on to the `default` that may follow it.
 */
export interface Filter {
  readonly name: string;
  /** As it is written, for error messages and help. */
  readonly usage: string;
  readonly summary: string;
  /** `count` is a whole number up to a million, `spaces` one up to 100. */
  readonly parameters: readonly ('text' | 'count' | 'spaces' | 'value')[];
  readonly takes: 'missing' | 'null' | 'value';
  /** Throws `TypeError` in plain words when the value does not fit. */
  apply(value: Json, argument: Json): Json;
}

/** The filters there are: richer work is a function step. */
export const FILTERS: readonly Filter[] = [
  {
    name: 'default',
    usage: 'default "text"',
    summary: 'what to use when there is no value, or null',
    parameters: ['value'],
    takes: 'missing',
    apply: (value, fallback) => value ?? fallback,
  },
  {
    name: 'json',
    usage: 'json',
    summary: 'the value as compact JSON, a text in quotes',
    parameters: [],
    takes: 'null',
    apply: (value) => JSON.stringify(value),
  },
  {
    name: 'trim',
    usage: 'trim',
    summary: 'without the white space around it',
    parameters: [],
    takes: 'value',
    apply: (value) => textOf(value).trim(),
  },
  {
    name: 'upper',
    usage: 'upper',
    summary: 'in capitals',
    parameters: [],
    takes: 'value',
    apply: (value) => textOf(value).toUpperCase(),
  },
  {
    name: 'lower',
    usage: 'lower',
    summary: 'in small letters',
    parameters: [],
    takes: 'value',
    apply: (value) => textOf(value).toLowerCase(),
  },
  {
    name: 'lines',
    usage: 'lines(n)',
    summary: 'the first n lines',
    parameters: ['count'],
    takes: 'value',
    apply: (value, count) => firstLines(textOf(value), Number(count)),
  },
  {
    name: 'truncate',
    usage: 'truncate(n)',
    summary: 'the first n characters',
    parameters: ['count'],
    takes: 'value',
    apply: (value, count) => firstCharacters(textOf(value), Number(count)),
  },
  {
    name: 'join',
    usage: 'join(", ")',
    summary: 'the entries of a list as one text, with this between them',
    parameters: ['text'],
    takes: 'value',
    apply: (value, separator) => joined(value, textOf(separator)),
  },
  {
    name: 'indent',
    usage: 'indent(n)',
    summary: 'n spaces before every line but the first and the empty ones',
    parameters: ['spaces'],
    takes: 'value',
    apply: (value, count) => textOf(value).replace(/\n(?=[^\r\n])/g, `\n${' '.repeat(Number(count))}`),
  },
];

function firstLines(text: string, count: number): string {
  let end = -1;
  for (let line = 0; line < count; line++) {
    end = text.indexOf('\n', end + 1);
    if (end === -1) return text;
  }
  if (count === 0) return '';
  return text.slice(0, text[end - 1] === '\r' ? end - 1 : end);
}

/** Counts code points, so that no character is cut in two. */
function firstCharacters(text: string, count: number): string {
  if (text.length <= count) return text;
  let end = 0;
  for (let taken = 0; taken < count && end < text.length; taken++) end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  return text.slice(0, end);
}

function joined(value: Json, separator: string): string {
  if (!Array.isArray(value)) throw new TypeError('join needs a list');
  return value.map(textOf).join(separator);
}
