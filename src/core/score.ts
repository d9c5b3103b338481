import type { Assertion, AssertionSet } from './dataset.ts';
import type { Json } from './json.ts';
import type { Usage } from './model.ts';

/** What a check found. `score` is in [0, 1]; `reason` says what is wrong or right, `fix` what would have to change. */
export interface Verdict {
  readonly score: number;
  readonly pass: boolean;
  readonly reason: string;
  readonly fix?: string;
}

export interface AssertionResult extends Verdict {
  readonly assertion: Assertion | AssertionSet;
  /** Of an `assert-set`, in its order. */
  readonly parts?: readonly AssertionResult[];
}

/** A case judged: the weighted mean of its assertions, and whether that is enough. */
export interface CaseScore extends Verdict {
  readonly results: readonly AssertionResult[];
  /** The weighted mean of the assertions of each `metric`. */
  readonly metrics: { readonly [name: string]: number };
  /** What judges cost. */
  readonly usage: Usage;
  readonly costUsd: number | null;
}

/** What a run of a chain gave: the object of the assertions. */
export interface Answer {
  readonly output: Json;
  /** By id: the steps that completed. */
  readonly steps: { readonly [id: string]: { readonly output: string; readonly data: Json } };
  readonly latencyMs: number;
  /** US dollars; null when a price is unknown. */
  readonly costUsd: number | null;
}
