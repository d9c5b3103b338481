import { demosIn } from './demos.ts';
import type { FindLeaks } from './leaks.ts';

/** What a rewritten text is held against. Tokens are checked by `mask.ts` before. */
export interface GuardContext {
  /** The text it was made from. */
  readonly before: string;
  /** Lines that have to stay as they are. */
  readonly keep: readonly RegExp[];
  readonly maxCharacters: number;
  readonly findLeaks: FindLeaks;
}

export interface Objection {
  readonly guard: string;
  /** Said to the model, which has one more try. */
  readonly problem: string;
}

/** The first guard that objects, cheapest first. Nothing is repaired in silence. */
export function objectionTo(text: string, context: GuardContext): Objection | undefined {
  for (const { name, check } of GUARDS) {
    const problem = check(text, context);
    if (problem !== undefined) return { guard: name, problem };
  }
  return undefined;
}

interface Guard {
  readonly name: string;
  readonly check: (text: string, context: GuardContext) => string | undefined;
}

const GUARDS: readonly Guard[] = [
  { name: 'empty', check: (text) => (text.trim() === '' ? 'the new prompt is empty' : undefined) },
  { name: 'keep', check: lostLine },
  { name: 'length', check: tooLong },
  { name: 'meta', check: talkAboutIt },
  { name: 'leak', check: quotesRows },
];

function lostLine(text: string, { before, keep }: GuardContext): string | undefined {
  if (keep.length === 0) return undefined;
  const lines = new Set(linesOf(text));
  const lost = linesOf(before).find((line) => !lines.has(line) && keep.some((pattern) => pattern.test(line)));
  return lost === undefined ? undefined : `this line has to stay as it is: ${lost}`;
}

function linesOf(text: string): string[] {
  return text.split('\n').map((line) => line.trim());
}

function tooLong(text: string, { maxCharacters }: GuardContext): string | undefined {
  return text.length <= maxCharacters ? undefined : `it has ${text.length} characters, the limit is ${maxCharacters}`;
}

function talkAboutIt(text: string, { before }: GuardContext): string | undefined {
  const first = text.trimStart().split('\n', 1)[0] ?? '';
  const last = text.trimEnd().split('\n').at(-1) ?? '';
  const talk = OPENING.exec(first)?.[0] ?? CLOSING.exec(last)?.[0];
  return talk === undefined || before.includes(talk) ? undefined : `"${talk}" talks about the prompt instead of being part of it`;
}

const OPENING =
  /^(?:sure\b|certainly\b|of course\b|here(?:'s|’s| is| are) (?:the|a|an|your|my)\b|below is (?:the|a|an)\b|i(?:'ve|’ve| have) (?:updated|revised|improved|rewritten|changed)\b).*/i;
const CLOSING = /^(?:let me know if|i hope this|feel free to|this (?:revised|improved|updated|new) (?:prompt|version))\b.*/i;

function quotesRows(text: string, { findLeaks }: GuardContext): string | undefined {
  const found = findLeaks(text);
  if (found.length === 0) return undefined;
  const shown = found.slice(0, 3).map((leak) => `"${leak}"`);
  return `generalise this, it comes from single rows: ${shown.join(', ')}`;
}

/** Without the list items that quote rows; undefined when something else does. */
export function withoutLeaks(text: string, findLeaks: FindLeaks): string | undefined {
  const demos = new Set(demosIn(text).flatMap((demo) => demo.split('\n')));
  const left = text.split('\n').filter((line) => demos.has(line) || !(LIST_ITEM.test(line) && findLeaks(line).length > 0));
  const cleaned = left.join('\n');
  return findLeaks(cleaned).length > 0 ? undefined : cleaned;
}

const LIST_ITEM = /^\s*(?:[-*+•]|\d+[.)])\s/;
