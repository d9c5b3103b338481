import type { Problem } from '../core/problem.ts';

/**
 * The text with the fixes of its problems applied. Of fixes that overlap the first counts: check the result again and repeat
 * until nothing changes. The problems must be of that text, not of a file it includes.
 */
export function applyFixes(text: string, problems: readonly Pick<Problem, 'fix'>[]): string {
  const fixes = problems
    .flatMap(({ fix }) => (fix === undefined ? [] : [fix]))
    .sort((a, b) => a.start - b.start || a.end - b.end);
  let fixed = '';
  let at = 0;
  for (const fix of fixes) {
    if (fix.start < at || fix.end > text.length) continue;
    fixed += text.slice(at, fix.start) + fix.text;
    at = fix.end;
  }
  return fixed + text.slice(at);
}
