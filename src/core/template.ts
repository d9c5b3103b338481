import type { Json } from './json.ts';
import type { Root, Scope } from './scope.ts';

/** One read of a value from a text or a condition. `offset` and `length` locate it in the source text (UTF-16 units). */
export interface Reference {
  readonly root: Root;
  /** What follows the root: `steps.a.data.tags[0]` is `['a', 'data', 'tags', 0]`. */
  readonly path: readonly (string | number)[];
  readonly offset: number;
  readonly length: number;
  /** The reader can live without a value: a `default` filter, or `has(…)` in a condition. */
  readonly optional: boolean;
}

/** A text with placeholders, compiled. Filling is one pass: what a placeholder brings in is never scanned again. */
export interface Template {
  readonly source: string;
  readonly references: readonly Reference[];
  /** The text, every placeholder replaced. Throws `StepError` (PC3…) for a value that is not there. */
  fill(scope: Scope): string;
  /** Like `fill`, but a text that is exactly one placeholder gives the value itself, with its type. */
  value(scope: Scope): Json;
}

/** A tree of JSON whose strings are templates: `with`, `env`, `output`, `set`. */
export interface ValueTemplate {
  readonly references: readonly Reference[];
  value(scope: Scope): Json;
}

/** A CEL expression, parsed and type-checked. */
export interface Expression {
  readonly source: string;
  readonly references: readonly Reference[];
  /** The texts it can give, where it is the one read of a choice or of true and false. */
  readonly values?: readonly string[];
  /** It is the free text of a model and nothing else. */
  readonly modelText?: true;
  /** Throws `StepError` (reason `condition`) when it cannot be evaluated. */
  evaluate(scope: Scope): Json;
  /** Every value it reads, by its path as written, for "skipped because" messages. */
  reads(scope: Scope): { readonly [path: string]: Json };
}
