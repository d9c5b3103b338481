import type { Spent } from '../../core/limits.ts';
import type { Written } from './deliver.ts';
import type { Outcome } from './outcome.ts';
import { verdictOf } from './present.ts';

/** What `engineer improve --json` prints. */
export function improveJson(outcomes: readonly Outcome[], written: readonly Written[], spent: Spent, exitCode: number): string {
  const results = outcomes.map(({ target, limit, ...outcome }) => ({
    target: target.name,
    changed: outcome.changed,
    verdict: verdictOf({ target, ...outcome, ...(limit === undefined ? {} : { limit }) }),
    reason: outcome.reason,
    basis: outcome.basis,
    original: target.text,
    text: outcome.text,
    before: { criticism: null, ...outcome.before },
    after: { criticism: null, ...outcome.after },
    hunks: outcome.hunks,
    decisions: outcome.decisions,
    refused: outcome.refused,
  }));
  const { calls, costUsd } = spent;
  const whole = { schema: 'promptchain.improve.v1', exit_code: exitCode, calls, cost_usd: costUsd, written, results };
  return `${JSON.stringify(whole, null, 2)}\n`;
}
