import type { Report } from './report.ts';
import type { Place } from './source.ts';

export interface Limits {
  /** What the file is, for messages: a chain. */
  readonly what: string;
  readonly bytes: number;
  readonly lines: number;
  /** Maps and lists inside each other. */
  readonly depth: number;
  readonly aliases: number;
  /** Lexical tokens: bounds the memory a file of commas can take. */
  readonly tokens: number;
  /** Values after aliases are expanded. */
  readonly values: number;
}

/** What a chain file may be at most. Reached only by files made to hurt, or made by a program for something else. */
export const LIMITS: Limits = {
  what: 'a chain file',
  bytes: 1024 * 1024,
  lines: 20_000,
  depth: 200,
  aliases: 50,
  tokens: 250_000,
  values: 50_000,
};

/** Decodes strictly: the text, or the offset of the first byte that is not UTF-8. The byte order mark is kept. */
export function decodeUtf8(bytes: Uint8Array): { readonly text: string } | { readonly badByte: number; readonly before: string } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    const lenient = new TextDecoder('utf-8', { ignoreBOM: true });
    const badByte = firstBadByte(bytes);
    return { badByte, before: lenient.decode(bytes.subarray(0, badByte)) };
  }
}

/**
 * Reports what must not even reach the YAML parser: the characters to set aside so that the rest can be read; undefined when
 * the text is not to be parsed.
 */
export function guardText(report: Report, byteLength: number): readonly Place[] | undefined {
  return guardSize(report, byteLength, LIMITS) ? guardCharacters(report) : undefined;
}

/** False, and the reason reported, for a text that is too large. */
export function guardSize(report: Report, byteLength: number, limits: Limits): boolean {
  const { lineStarts } = report.source;
  const place = { start: 0, end: 1 };
  const help = limits === LIMITS ? MOVE_DATA_OUT : undefined;
  if (byteLength > limits.bytes) {
    report.add(place, {
      code: 'PC1003',
      message: `the file has ${byteLength} bytes; ${limits.what} may have ${limits.bytes}`,
      help,
    });
    return false;
  }
  if (lineStarts.length > limits.lines + 1) {
    const start = lineStarts[limits.lines] ?? 0;
    const message = `the file has ${lineStarts.length} lines; ${limits.what} may have ${limits.lines}`;
    report.add({ start, end: start + 1 }, { code: 'PC1003', message, help });
    return false;
  }
  return true;
}

const MOVE_DATA_OUT = 'give data as the input, and long prompts as files: prompt: {file: prompts/name.md}';

/** The flags of Scotland and others are spelt with tag characters; anywhere else those hide text from people. */
const FORBIDDEN =
  /\u{1f3f4}[\u{e0020}-\u{e007e}]+\u{e007f}|([^\P{Cc}\t\n\r]|[\ufffe\uffff]|\r(?!\n)|[\u202a-\u202e\u2066-\u2069]|[\u200b\u2060-\u2064\u180e\u{e0000}-\u{e007f}]|(?<!^)\ufeff)/gu;

function guardCharacters(report: Report): readonly Place[] | undefined {
  const found: Place[] = [];
  let breaksLines = false;
  for (const match of report.source.text.matchAll(FORBIDDEN)) {
    const character = match[1];
    if (character === undefined) continue;
    if (found.length >= 100) return undefined;
    breaksLines ||= character === '\r';
    const start = match.index;
    const end = start + character.length;
    found.push({ start, end });
    const escaped = escapeOf(character);
    report.add(
      { start, end },
      {
        code: 'PC1004',
        message: `${nameOf(character)} (${escaped}) is not allowed in a chain file`,
        help: `remove it; if the text needs it, write "${escaped}" inside double quotes`,
        fix: { start, end, text: character === '\r' ? '\n' : '' },
      },
    );
  }
  return breaksLines ? undefined : found;
}

function nameOf(character: string): string {
  if (/[\u202a-\u202e\u2066-\u2069]/.test(character)) return 'a character that reverses the order of text';
  if (character === '\r') return 'a carriage return without a line feed';
  return /\p{Cc}/u.test(character) ? 'a control character' : 'an invisible character';
}

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code > 0xffff) return `\\U${code.toString(16).padStart(8, '0')}`;
  return code > 0xff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\x${code.toString(16).padStart(2, '0')}`;
}

/**
 * A prefix is good exactly when it decodes as an unfinished stream, so the byte that breaks it can be searched by halving; the
 * character it breaks may have begun up to three bytes earlier.
 */
function firstBadByte(bytes: Uint8Array): number {
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (decodes(bytes.subarray(0, middle + 1), true)) low = middle + 1;
    else high = middle;
  }
  while (low > 0 && !decodes(bytes.subarray(0, low), false)) low -= 1;
  return low;
}

function decodes(bytes: Uint8Array, stream: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream });
    return true;
  } catch {
    return false;
  }
}
