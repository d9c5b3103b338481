import { type Assertion, type Case, isSet } from '../core/dataset.ts';
import type { AssertionType } from '../lib/case-fields.ts';
import { ASSERTIONS } from './assertions/index.ts';
import { codeOf } from './code.ts';

/** JavaScript that judging some cases runs. */
export interface CaseCode {
  /** Of the first case that has it. */
  readonly id: string;
  readonly file: string;
  readonly text: string;
  /** Absolute paths of the files it is in. */
  readonly files: readonly string[];
}

/** Every assertion of a case, those inside sets too. */
export function assertionsIn({ assertions }: Case): readonly Assertion[] {
  return assertions.flatMap((each) => (isSet(each) ? each.assertions : [each]));
}

/** Some assertion asks the judge model. */
export function needsJudge(cases: readonly Case[]): boolean {
  return cases.some((each) => assertionsIn(each).some(({ type }) => ASSERTIONS[type as AssertionType].judged === true));
}

/** What the cases would run, each text once. */
export function codeIn(cases: readonly Case[]): readonly CaseCode[] {
  const found = new Map<string, CaseCode>();
  for (const each of cases) {
    const { file } = each.position;
    for (const text of textsIn(each)) {
      const code = codeOf(text, file);
      if ('problem' in code || found.has(text)) continue;
      found.set(text, { id: each.id, file, text, files: 'file' in code ? [code.file] : [] });
    }
  }
  return [...found.values()];
}

function textsIn(each: Case): readonly string[] {
  const own = assertionsIn(each).flatMap(({ type, value, transform }) => [
    type === 'javascript' ? String(value) : undefined,
    transform,
  ]);
  return [each.transform, ...own].filter((text) => text !== undefined);
}
