import type { ErrorRecord, Reason } from '../../core/errors.ts';

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
 * refused is no 401 of the client's. Clients make a request again after 429 and from 500 on, unless told not to.
 */
export function problemOf(record: ErrorRecord): Problem {
  const { reason, message, help, step } = record;
  const { status, code = record.code, again = false } = TOLD[reason] ?? { status: 500 };
  const where = step === undefined ? '' : `step "${step}": `;
  return {
    status,
    error: {
      message: `${where}${message}${help === undefined ? '' : ` (${help})`}`,
      type: status === 429 ? 'rate_limit_error' : status >= 500 ? 'server_error' : 'invalid_request_error',
      param: null,
      code,
    },
    headers: { 'x-should-retry': String(again), ...waiting(record) },
  };
}

interface Told {
  readonly status: number;
  /** Where clients look for OpenAI's own word; ours otherwise. */
  readonly code?: string;
  /** It may well go better in a moment. */
  readonly again?: true;
}

/** All others are 500: the chain failed, and would again. */
const TOLD: Partial<Record<Reason, Told>> = {
  rate_limit: { status: 429, code: 'rate_limit_exceeded', again: true },
  overloaded: { status: 503, again: true },
  timeout: { status: 504, again: true },
  network: { status: 502, again: true },
  server: { status: 502, again: true },
  auth: { status: 502 },
  quota: { status: 502 },
  bad_request: { status: 502 },
  not_found: { status: 502 },
  context_overflow: { status: 400, code: 'context_length_exceeded' },
  refusal: { status: 400, code: 'content_policy_violation' },
  usage: { status: 400 },
  cancelled: { status: 503 },
};

function waiting({ retry_after_ms: ms }: ErrorRecord): Readonly<Record<string, string>> {
  return ms === undefined ? {} : { 'retry-after': String(Math.ceil(ms / 1000)), 'retry-after-ms': String(Math.ceil(ms)) };
}
