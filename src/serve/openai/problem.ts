import { type ErrorRecord, type Reason, TEMPORARY } from '../../core/errors.ts';
import type { RunResult } from '../../core/run.ts';
import { retryAfter, statusOfResult } from '../result-status.ts';

/** An error in the words of OpenAI's API. */
export interface Problem {
  readonly status: number;
  readonly error: { readonly message: string; readonly type: string; readonly param: string | null; readonly code: string };
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that is refused, or not understood. */
export class BadRequest extends Error {
  readonly problem: Problem;

  constructor(param: string | null, message: string, { status = 400, code = 'invalid_value' } = {}) {
    super(message);
    this.name = 'BadRequest';
    this.problem = { status, error: { message, type: 'invalid_request_error', param, code } };
  }
}

/**
 * What a client is told of a run that failed. The status is the server's, not that of its provider: a key of ours that is
 * refused is no 401 of the client's. Clients make a request again after 409, 429 and from 500 on, unless told not to.
 */
export function problemOf(result: RunResult, { stopping }: { readonly stopping: boolean }): Problem {
  const { status, error } = result;
  const told = statusOfResult(result);
  const again = status === 'interrupted' ? stopping : status === 'failed' && error !== null && TEMPORARY.has(error.reason);
  return {
    status: told,
    error: {
      message: error === null ? `the run ended: ${status}` : sentence(error),
      type: told === 429 ? 'rate_limit_error' : told >= 500 ? 'server_error' : 'invalid_request_error',
      param: null,
      code: error === null ? status : (KNOWN[error.reason] ?? error.code),
    },
    headers: { 'x-should-retry': String(again), ...(again ? retryAfter(error) : {}) },
  };
}

/** Where clients look for OpenAI's own word. */
const KNOWN: Readonly<Partial<Record<Reason, string>>> = {
  rate_limit: 'rate_limit_exceeded',
  context_overflow: 'context_length_exceeded',
  refusal: 'content_policy_violation',
};

function sentence({ step, message, help }: ErrorRecord): string {
  return `${step === undefined ? '' : `step "${step}": `}${message}${help === undefined ? '' : ` (${help})`}`;
}
