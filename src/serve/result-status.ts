import type { ErrorRecord, Reason } from '../core/errors.ts';
import type { RunResult, RunStatus } from '../core/run.ts';

/** The HTTP status of a run's result: the one table of it. */
export function statusOfResult({ status, error }: Pick<RunResult, 'status' | 'error'>): ResultStatus {
  if (status === 'failed') return STATUS_OF_REASON[error?.reason ?? 'internal'] ?? 500;
  return STATUS_OF[status];
}

/** For a client that may try again: how long to wait. */
export function retryAfter(error: ErrorRecord | null): Readonly<Record<string, string>> {
  const { retry_after_ms: ms } = error ?? {};
  return ms === undefined ? {} : { 'retry-after': String(Math.ceil(ms / 1000)) };
}

export type ResultStatus = 200 | 400 | 409 | 422 | 429 | 500 | 502 | 503 | 504;

const STATUS_OF: Readonly<Record<Exclude<RunStatus, 'failed'>, ResultStatus>> = {
  success: 200,
  not_met: 422,
  limited: 422,
  blocked: 409,
  interrupted: 503,
};

/** A provider that fails is a gateway's failure; all that is not named here is a fault of the chain or ours. */
const STATUS_OF_REASON: Readonly<Partial<Record<Reason, ResultStatus>>> = {
  rate_limit: 429,
  overloaded: 503,
  timeout: 504,
  network: 502,
  server: 502,
  auth: 502,
  quota: 502,
  bad_request: 502,
  not_found: 502,
  empty_output: 502,
  incomplete: 502,
  refusal: 422,
  context_overflow: 422,
  usage: 400,
};
