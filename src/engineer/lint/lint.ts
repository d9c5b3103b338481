import { CONTRADICTIONS } from './contradictions.ts';
import type { LintContext, LintFinding, Rule } from './rule.ts';
import { STRUCTURE } from './structure.ts';
import { VALUES } from './values.ts';
import { WHOLE } from './whole.ts';
import { WORDING } from './wording.ts';

export type { LintContext, LintFinding, Severity } from './rule.ts';

/** Every rule, in the order in which findings are told. */
export const RULES: readonly Rule[] = [...WHOLE, ...VALUES, ...STRUCTURE, ...CONTRADICTIONS, ...WORDING];

/** All that the rules find, in the order of the rules. */
export function lint(text: string, context: LintContext = {}): LintFinding[] {
  return RULES.flatMap(({ rule, severity, check }) => check(text, context).map((finding) => ({ rule, severity, ...finding })));
}
