import type { ErrorRecord } from './errors.ts';
import { Failure, Interrupted, LimitError, TEMPORARY } from './errors.ts';
import type { RunStatus } from './run.ts';

/** The process exit codes, one meaning each; `promptchain help exit-codes` prints this table. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  invalid: 3,
  auth: 4,
  notMet: 5,
  limit: 6,
  temporary: 7,
  needsHuman: 8,
  stdoutClosed: 141,
} as const;

/** How a run that this ended is told. */
export function statusOf(cause: unknown): Exclude<RunStatus, 'success'> {
  if (cause instanceof Interrupted) return 'interrupted';
  if (cause instanceof LimitError) return 'limited';
  if (!(cause instanceof Failure)) return 'failed';
  return STATUS_OF_REASON.get(cause.reason) ?? 'failed';
}

const STATUS_OF_REASON: ReadonlyMap<Failure['reason'], 'not_met' | 'blocked'> = new Map([
  ['not_met', 'not_met'],
  ['invalid_output', 'not_met'],
  ['needs_human', 'blocked'],
]);

/** The one place that decides how a run that ended so is told to the shell. Signals are re-raised by the CLI instead. */
export function exitCodeOf(status: RunStatus, error: ErrorRecord | null): number {
  switch (status) {
    case 'success':
      return EXIT.ok;
    case 'not_met':
      return EXIT.notMet;
    case 'limited':
      return EXIT.limit;
    case 'blocked':
      return EXIT.needsHuman;
    case 'interrupted':
      return interruptedCode(error);
    case 'failed':
      return failedCode(error);
  }
}

function failedCode(error: ErrorRecord | null): number {
  if (error === null) return EXIT.failed;
  if (error.reason === 'usage') return EXIT.usage;
  if (error.reason === 'chain') return EXIT.invalid;
  if (error.reason === 'auth') return EXIT.auth;
  return TEMPORARY.has(error.reason) ? EXIT.temporary : EXIT.failed;
}

function interruptedCode(error: ErrorRecord | null): number {
  const signal = /SIG[A-Z]+/.exec(error?.message ?? '')?.[0];
  if (signal === 'SIGTERM') return 143;
  if (signal === 'SIGHUP') return 129;
  return signal === 'SIGINT' ? 130 : EXIT.stdoutClosed;
}
