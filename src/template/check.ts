import { ROOTS } from '../core/scope.ts';
import type { Reference } from '../core/template.ts';
import type { Names } from './names.ts';
import { segmentSpans } from './placeholder.ts';
import type { TextProblem } from './problem.ts';
import type { ReadProblem } from './shape.ts';
import { shapeOf } from './shape.ts';

/** What is wrong with the reads of a text or a condition, given the names in scope where it stands. */
export function checkReads(
  text: { readonly source: string; readonly references: readonly Reference[] },
  names: Names,
): TextProblem[] {
  return text.references.flatMap((reference) => {
    const found = shapeOf(reference.root, reference.path, names);
    return 'wrong' in found ? [readProblem(text.source, reference, found.wrong)] : [];
  });
}

/** Puts the problem of a read at the part of it that is wrong. */
export function readProblem(source: string, reference: Reference, wrong: ReadProblem): TextProblem {
  const last = reference.offset + reference.length;
  const [start, far] = segmentSpans(source, reference.offset)[wrong.segment] ?? [reference.offset, last];
  const end = Math.min(far, last);
  const quoted = source[start] === '[';
  return {
    code: wrong.code,
    severity: 'error',
    message: wrong.message,
    offset: start,
    length: Math.max(1, end - start),
    ...(wrong.help === undefined ? {} : { help: wrong.help }),
    ...(wrong.meant === undefined || quoted ? {} : { fix: { offset: start, length: end - start, text: wrong.meant } }),
  };
}

/** `{topic}` where `topic` is an input (or a step): text, but hardly meant so. */
export function checkWords(source: string, names: Names): TextProblem[] {
  const problems: TextProblem[] = [];
  for (const { 1: word = '', index, 0: braces } of source.matchAll(BRACED_WORD)) {
    const meant = valueNamed(word, names);
    if (meant === undefined || source[index - 1] === '\\') continue;
    const doubled = source[index - 1] === '{' && source[index + braces.length] === '}';
    const offset = doubled || source[index - 1] === '$' ? index - 1 : index;
    const length = index + braces.length + (doubled ? 1 : 0) - offset;
    problems.push({
      code: 'PC3116',
      severity: 'warning',
      message: `${source.slice(offset, offset + length)} is text`,
      offset,
      length,
      help: `for the value, write ${meant}; to keep it as text without this warning, use raw: true`,
      fix: { offset, length, text: meant },
    });
  }
  return problems;
}

const BRACED_WORD = /\{ ?([a-z][a-z0-9_]*) ?\}/g;

/** A root is left out: it is a placeholder, or has a warning of its own. */
function valueNamed(word: string, names: Names): string | undefined {
  if ((ROOTS as readonly string[]).includes(word)) return undefined;
  if (Object.hasOwn(names.inputs, word)) return `{inputs.${word}}`;
  return names.steps.has(word) ? `{steps.${word}.output}` : undefined;
}
