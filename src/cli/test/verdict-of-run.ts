import type { ErrorRecord, Reason } from '../../core/errors.ts';
import { exitCodeOf } from '../../core/exit-code.ts';
import { NO_USAGE } from '../../core/model.ts';
import type { RunResult } from '../../core/run.ts';
import type { Answer, CaseScore } from '../../core/score.ts';

/** What a run gave, for assertions; undefined when it did not come to its end. */
export function answerOf({ status, output, steps, duration_ms, cost_usd }: RunResult): Answer | undefined {
  if (status !== 'success') return undefined;
  const done = steps.filter((step) => step.status === 'completed');
  return {
    output,
    steps: Object.fromEntries(
      done.flatMap(({ id, path, output: text, data }) => [id, path].map((name) => [name, { output: text, data }])),
    ),
    latencyMs: duration_ms,
    costUsd: cost_usd,
  };
}

/** Failures that the chain brought about itself: they score 0 and their message is the feedback. All others are no answer at all. */
const OWN: ReadonlySet<Reason> = new Set<Reason>([
  'invalid_output',
  'command',
  'function',
  'refusal',
  'empty_output',
  'incomplete',
  'context_overflow',
  'condition',
  'tool',
  'not_met',
  'stopped',
]);

export function isOwnFailure({ reason }: ErrorRecord): boolean {
  return OWN.has(reason);
}

/** After one of these the next case would only meet it again, and may cost money. */
export function endsAll({ reason }: ErrorRecord): boolean {
  return reason === 'auth' || reason === 'quota' || reason === 'needs_human' || reason === 'cancelled' || reason === 'budget';
}

/** What the process exits with when nothing worse than this error of a run happened. */
export function exitOfRun(error: ErrorRecord): number {
  return exitCodeOf(error.reason === 'budget' ? 'limited' : error.reason === 'needs_human' ? 'blocked' : 'failed', error);
}

export function failedScore({ message, step, help }: ErrorRecord): CaseScore {
  const reason = `the run failed${step === undefined ? '' : ` in step "${step}"`}: ${message}`;
  return {
    score: 0,
    pass: false,
    reason,
    ...(help === undefined ? {} : { fix: help }),
    results: [],
    metrics: {},
    usage: NO_USAGE,
    costUsd: 0,
  };
}
