import type { Case } from './dataset.ts';
import type { ErrorRecord } from './errors.ts';
import type { Usage } from './model.ts';
import type { Answer, CaseScore } from './score.ts';

/**
 * One run of a case. With an `error` and no `score` it says nothing about the chain: a rate limit is not a wrong answer. A run
 * that failed for reasons of its own has both, and the score 0.
 */
export interface CaseRun {
  readonly case: Case;
  /** From 1; above 1 only when cases are repeated. */
  readonly repeat: number;
  readonly runId: string;
  readonly answer?: Answer;
  readonly score?: CaseScore;
  readonly error?: ErrorRecord;
  /** Of the chain; what judges cost is in the score. */
  readonly usage: Usage;
  readonly costUsd: number | null;
  readonly durationMs: number;
}
