/** Something about a prompt that can be seen without a model. */
export interface LintFinding {
  readonly rule: string;
  readonly severity: Severity;
  /** The part of the prompt it is about; empty when something is missing. */
  readonly quote: string;
  readonly problem: string;
  readonly fix: string;
}

export type Severity = 'low' | 'medium' | 'high';

/** What is known of the place of the prompt in a chain. */
export interface LintContext {
  /** The step's answer is parsed as JSON. */
  readonly parsesJson?: boolean;
  /** Names in braces that the prompt may use and nothing does, without the braces. */
  readonly unused?: readonly string[];
}

export type Found = Pick<LintFinding, 'quote' | 'problem' | 'fix'>;

/** One thing to look for. */
export interface Rule {
  readonly rule: string;
  readonly severity: Severity;
  readonly check: (text: string, context: LintContext) => readonly Found[];
}

/** What a pattern finds, each part once, said the same way. */
export function found(text: string, pattern: RegExp, said: Pick<Found, 'problem' | 'fix'>): readonly Found[] {
  return [...new Set(text.match(pattern) ?? [])].map((quote) => ({ quote: quote.trim(), ...said }));
}

/** The prompt without its examples: what stands between fences and in backquotes is not said by it. */
export function proseOf(text: string): string {
  return text.replace(/^ *(`{3,}|~{3,})[\s\S]*?^ *\1/gm, '').replace(/`[^`\n]*`/g, '');
}
