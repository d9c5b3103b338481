import type { Json } from '../core/json.ts';

/** A value and where it ends; or what stands where none can be read. */
export type Read = { readonly value: Json; readonly end: number } | { readonly problem: string; readonly at: number };

/**
 * Reads the JSON value that begins at `start`. Beside JSON it takes what models write for the very same value: comments,
 * commas before a closing bracket, single quotes, keys without quotes, line breaks inside texts, and the words of Python and
 * JavaScript (`True`, `None`; `NaN` and `Infinity` are null, as in `JSON.stringify`). Nothing is guessed: a missing bracket,
 * quote or comma, and a key that is given twice, make it no value.
 */
export function readJson(text: string, start: number): Read {
  const reader = new Reader(text, start);
  try {
    return { value: reader.value(0), end: reader.at };
  } catch (error) {
    if (error instanceof Unreadable) return { problem: error.message, at: reader.at };
    throw error;
  }
}

/** The first place from `at` on that holds neither space nor comment. */
export function skipSpace(text: string, at: number): number {
  for (let place = at; ; ) {
    place += lengthOf(BLANK, text, place);
    const comment = lengthOf(COMMENT, text, place);
    if (comment === 0 || hasOddQuotes(text, place, place + comment)) return place;
    place += comment;
  }
}

/** What looks like a comment and holds half a text is the rest of a text whose beginning is lost. */
function hasOddQuotes(text: string, start: number, end: number): boolean {
  return text.slice(start, end).split('"').length % 2 === 0;
}

function lengthOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}

const BLANK = /\s*/y;
const COMMENT = /\/\/[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\//y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /-?[A-Za-z_$][\w$]*/y;
const PLAIN = { '"': /[^"\\]*/y, "'": /[^'\\]*/y } as const;
const DEEPEST = 200;
/** A number keeps at least so many. */
const SURE_DIGITS = 15;

/** A whole number would become another one, which matters where it is the name of something. */
function losesDigits(written: string, value: number): boolean {
  return /^-?\d+$/.test(written) && written.replaceAll(/^-|0+$/g, '').length > SURE_DIGITS && String(value) !== written;
}

const WORDS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['True', true],
  ['False', false],
  ['None', null],
  ['NaN', null],
  ['Infinity', null],
  ['-Infinity', null],
]);

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

class Unreadable extends Error {}

class Reader {
  readonly text: string;
  at: number;

  constructor(text: string, at: number) {
    this.text = text;
    this.at = at;
  }

  value(depth: number): Json {
    if (depth > DEEPEST) throw new Unreadable('it is nested too deep');
    this.at = skipSpace(this.text, this.at);
    const first = this.text[this.at];
    if (first === '{') return this.map(depth + 1);
    if (first === '[') return this.list(depth + 1);
    if (first === '"' || first === "'") return this.string(first);
    return this.scalar();
  }

  private map(depth: number): Json {
    const entries = new Map<string, Json>();
    for (this.at += 1; !this.closes('}'); this.comma('}')) {
      const key = this.key();
      if (entries.has(key)) throw new Unreadable(`the key ${JSON.stringify(key)} is given twice`);
      this.at = skipSpace(this.text, this.at);
      if (this.text[this.at] !== ':') throw this.unexpected('a colon');
      this.at += 1;
      entries.set(key, this.value(depth));
    }
    // Defines the keys, so that `__proto__` is one like any other.
    return Object.fromEntries(entries);
  }

  private list(depth: number): Json {
    const items: Json[] = [];
    for (this.at += 1; !this.closes(']'); this.comma(']')) items.push(this.value(depth));
    return items;
  }

  private closes(bracket: string): boolean {
    this.at = skipSpace(this.text, this.at);
    if (this.text[this.at] !== bracket) return false;
    this.at += 1;
    return true;
  }

  /** One between two entries; also one after the last. */
  private comma(bracket: string): void {
    this.at = skipSpace(this.text, this.at);
    if (this.text[this.at] === ',') this.at += 1;
    else if (this.text[this.at] !== bracket) throw this.unexpected(`a comma or "${bracket}"`);
  }

  private key(): string {
    const first = this.text[this.at];
    if (first === '"' || first === "'") return this.string(first);
    const word = this.match(WORD);
    if (word === undefined || word.startsWith('-')) throw this.unexpected('a key');
    return word;
  }

  private string(quote: '"' | "'"): string {
    const { text } = this;
    const parts: string[] = [];
    for (this.at += 1; ; ) {
      parts.push(this.match(PLAIN[quote]) ?? '');
      if (this.at >= text.length) throw new Unreadable('it ends inside a text');
      if (text[this.at] === quote) break;
      parts.push(this.escape());
    }
    this.at += 1;
    return parts.join('');
  }

  private escape(): string {
    const letter = this.text[this.at + 1] ?? '';
    const plain = ESCAPES[letter];
    if (plain !== undefined) {
      this.at += 2;
      return plain;
    }
    const code = this.text.slice(this.at + 2, this.at + 6);
    if (letter !== 'u' || !/^[\da-f]{4}$/i.test(code)) throw new Unreadable(`\\${letter} is no escape`);
    this.at += 6;
    return String.fromCharCode(Number.parseInt(code, 16));
  }

  private scalar(): Json {
    const start = this.at;
    const number = this.match(NUMBER);
    if (number !== undefined) {
      if (/[\w.$]/.test(this.text[this.at] ?? '')) throw this.unexpected('the end of a number');
      const value = Number(number);
      if (!Number.isFinite(value)) throw new Unreadable(`${number.slice(0, 40)} is larger than a number can be`);
      if (losesDigits(number, value)) throw new Unreadable(`${number.slice(0, 40)} has more digits than a number keeps`);
      return value;
    }
    const word = this.match(WORD);
    const value = word === undefined ? undefined : WORDS.get(word);
    if (value !== undefined) return value;
    this.at = start;
    throw this.unexpected('a value');
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }

  private unexpected(wanted: string): Unreadable {
    const found = this.text[this.at];
    return new Unreadable(
      found === undefined ? `it ends where ${wanted} belongs` : `${JSON.stringify(found)} stands where ${wanted} belongs`,
    );
  }
}
