import type { Written } from './deliver.ts';
import type { Outcome } from './outcome.ts';
import type { DeskSpent } from './ports.ts';
import { verdictOf } from './present.ts';

/** What `engineer improve --json` prints. */
export function improveJson(
  outcomes: readonly Outcome[],
  written: readonly Written[],
  spent: DeskSpent,
  exitCode: number,
): string {
  const results = outcomes.map(({ target, limit, ...outcome }) => ({
    target: target.name,
    changed: outcome.changed,
    verdict: verdictOf({ target, ...outcome, ...(limit === undefined ? {} : { limit }) }),
    reason: outcome.reason,
    basis: outcome.basis,
    inputs: outcome.tried.inputs,
    inputs_made_up: outcome.tried.madeUp,
    original: target.text,
    text: outcome.text,
    before: { criticism: null, ...outcome.before },
    after: { criticism: null, ...outcome.after },
    hunks: outcome.hunks,
    decisions: outcome.decisions,
    refused: outcome.refused,
  }));
  const { calls, costUsd, recalled } = spent;
  const whole = {
    schema: 'promptchain.improve.v1',
    exit_code: exitCode,
    calls,
    cached: recalled,
    cost_usd: costUsd,
    written,
    results,
  };
  return `${JSON.stringify(whole, null, 2)}\n`;
}
