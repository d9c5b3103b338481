import type { Root } from '../core/scope.ts';
import { ROOTS } from '../core/scope.ts';
import type { Reference } from '../core/template.ts';
import { nearest } from '../lib/nearest.ts';
import type { Braces, FilterCall } from './placeholder.ts';
import { readBraces } from './placeholder.ts';
import type { TextProblem } from './problem.ts';

/** A text taken apart: literal strings and slots in the order they stand. */
export interface Scanned {
  readonly parts: readonly (string | Slot)[];
  readonly problems: readonly TextProblem[];
}

export interface Slot {
  readonly reference: Reference;
  readonly calls: readonly FilterCall[];
  /** As written, braces included. */
  readonly text: string;
}

/**
 * Takes a text apart in one pass. Braces are a placeholder when a root follows at once and nothing but a path and filters
 * comes before they close. A backslash right before one makes it text and is dropped (two make one backslash before the
 * value). Doubled braces and a dollar sign before one make it text too, as they are in other template languages: that, and
 * whatever looks like a slip, is a warning with a fix.
 */
export function scan(source: string): Scanned {
  const parts: (string | Slot)[] = [];
  const problems: TextProblem[] = [];
  let text = '';
  let done = 0;
  let at = source.indexOf('{');
  while (at !== -1) {
    const braces = readBraces(source, at);
    let next = at + 1;
    if (braces !== undefined && isPlaceholder(braces)) {
      next = braces.end;
      const slashes = backslashesBefore(source, at, done);
      text += source.slice(done, at - slashes) + '\\'.repeat(Math.floor(slashes / 2));
      done = at;
      if (slashes % 2 === 0) {
        const foreign = foreignForm(source, at, braces);
        if (foreign !== undefined) problems.push(foreign);
        else if (braces.problems.length > 0) problems.push(...braces.problems);
        else {
          if (text !== '') parts.push(text);
          text = '';
          parts.push(slotOf(source, at, braces));
          done = braces.end;
        }
      }
    } else if (problems.length < MOST_WARNINGS && braces !== undefined && source[at - 1] !== '\\') {
      const slip = slipOf(source, at, braces);
      if (slip !== undefined) problems.push(slip);
    }
    at = source.indexOf('{', Math.max(next, at + 1));
  }
  text += source.slice(done);
  if (text !== '') parts.push(text);
  return { parts, problems };
}

/** Slips told of one text. */
const MOST_WARNINGS = 100;

function isPlaceholder(braces: Braces): boolean {
  return braces.tight && isRoot(braces.word) && (braces.closed || braces.problems.length > 0);
}

function isRoot(word: string): word is Root {
  return (ROOTS as readonly string[]).includes(word);
}

function backslashesBefore(source: string, at: number, from: number): number {
  let start = at;
  while (start > from && source[start - 1] === '\\') start--;
  return at - start;
}

function slotOf(source: string, at: number, braces: Braces): Slot {
  const reference: Reference = {
    root: braces.word as Root,
    path: braces.path,
    offset: braces.from,
    length: braces.to - braces.from,
    optional: braces.calls.some((call) => call.filter.takes === 'missing'),
  };
  return { reference, calls: braces.calls, text: source.slice(at, braces.end) };
}

/** `{{x}}` and `${x}`: text, and most likely meant as a placeholder. */
function foreignForm(source: string, at: number, braces: Braces): TextProblem | undefined {
  const doubled = source[at - 1] === '{' && source[braces.end] === '}';
  if (!doubled && source[at - 1] !== '$') return undefined;
  const end = doubled ? braces.end + 1 : braces.end;
  const right = source.slice(at, braces.end);
  return warning(doubled ? 'PC3110' : 'PC3111', source, at - 1, end, right);
}

/** Braces that are text and look like a placeholder with something off; undefined for all others. */
function slipOf(source: string, at: number, braces: Braces): TextProblem | undefined {
  if (!braces.closed) return malformed(source, at, braces);
  const root = isRoot(braces.word) ? braces.word : rootMeant(braces);
  if (root === undefined) return undefined;
  const doubled = source[at - 1] === '{' && source[braces.end] === '}';
  const prefixed = doubled || source[at - 1] === '$';
  const tail = source.slice(braces.from + braces.word.length, braces.end - 1).trimEnd();
  const code = isRoot(braces.word) ? 'PC3112' : braces.word.toLowerCase() === root ? 'PC3113' : 'PC3114';
  return warning(
    doubled ? 'PC3110' : prefixed ? 'PC3111' : code,
    source,
    prefixed ? at - 1 : at,
    doubled ? braces.end + 1 : braces.end,
    `{${root}${tail}}`,
  );
}

function rootMeant(braces: Braces): Root | undefined {
  const word = braces.word.toLowerCase();
  if (isRoot(word)) return word;
  return word.length < 4 ? undefined : (nearest(word, ROOTS) as Root | undefined);
}

/** `{steps.a output}`: a root, and then something a placeholder cannot hold. Code such as `{item.map((x) => x)}` is left alone. */
function malformed(source: string, at: number, braces: Braces): TextProblem | undefined {
  if (braces.from !== at + 1 || !isRoot(braces.word)) return undefined;
  PLAIN_BRACES.lastIndex = braces.to;
  const rest = PLAIN_BRACES.exec(source);
  if (rest === null) return undefined;
  return {
    code: 'PC3115',
    severity: 'warning',
    message: `${JSON.stringify(source.slice(at, braces.to + rest[0].length).slice(0, 80))} is text: it starts like a placeholder but is not one`,
    offset: at,
    length: braces.to + rest[0].length - at,
    help: 'a placeholder is {root.name[0] | filter}; with raw: true a step has none',
  };
}

const PLAIN_BRACES = /[^{}()=;,:\n]{0,200}\}/y;

const WHY: Readonly<Record<string, string>> = {
  PC3110: 'doubled braces are text here',
  PC3111: 'a dollar sign before the braces makes them text here',
  PC3112: 'spaces inside the braces make them text here',
  PC3113: 'roots are written in small letters: this is text',
  PC3114: 'no such root: this is text',
};

function warning(code: string, source: string, start: number, end: number, right: string): TextProblem {
  const shown = source.slice(start, end).replace(/\s+/g, ' ').slice(0, 80);
  return {
    code,
    severity: 'warning',
    message: `${shown}: ${WHY[code]}`,
    offset: start,
    length: end - start,
    help: `for the value, write ${right.replace(/\s+/g, ' ').slice(0, 80)}; to keep it as text without this warning, use raw: true`,
    fix: { offset: start, length: end - start, text: right },
  };
}
