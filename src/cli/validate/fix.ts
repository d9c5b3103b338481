import { applyFixes } from '../../chain/fix.ts';
import type { Problem } from '../../core/problem.ts';
import { replaceText } from '../replace-text.ts';
import type { Checked, Checker } from './check.ts';

export interface Fixed {
  /** The file as it stands now. */
  readonly checked: Checked;
  /** What was mended. */
  readonly fixed: readonly Problem[];
}

/**
 * Applies the remedies of a file's problems until none is left, and writes the outcome once, all or nothing. Each round is
 * checked before it counts: a remedy that made the file unreadable as YAML would be dropped, and the file left alone.
 */
export async function fixFile(before: Checked, checker: Checker): Promise<Fixed> {
  let checked = before;
  const fixed: Problem[] = [];
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const text = checked.sources.get(checked.file);
    const fixable = checked.problems.filter(({ fix, position }) => fix !== undefined && position.file === checked.file);
    if (text === undefined || fixable.length === 0) break;
    const next = applyFixes(text, fixable);
    const again = checker.checkText(checked.file, next);
    if (next === text || unreadable(again) > unreadable(checked)) break;
    fixed.push(...fixable.filter((problem) => !again.problems.some((left) => isSame(left, problem))));
    checked = again;
  }
  const text = checked.sources.get(checked.file);
  const original = before.sources.get(before.file);
  if (text === undefined || original === undefined || text === original) return { checked: before, fixed: [] };
  await replaceText(checked.file, original, text);
  return { checked, fixed };
}

/** A remedy may uncover a problem that has one too. */
const MAX_ROUNDS = 10;

/** The same finding, wherever the changed text has moved it. */
function isSame(a: Problem, b: Problem): boolean {
  return a.code === b.code && a.message === b.message;
}

/** Problems that keep a file from being read at all. */
function unreadable({ problems }: Checked): number {
  return problems.filter(({ code }) => code.startsWith('PC10')).length;
}
