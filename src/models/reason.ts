import { type Reason, TEMPORARY } from '../core/errors.ts';
import { isJsonObject } from '../core/json.ts';

/** What an error body says, whatever its shape. */
export interface Said {
  readonly message: string;
  readonly codes: readonly string[];
  readonly status?: number;
  readonly html?: boolean;
}

/** Reads an error body: JSON of any shape, a page, a text. */
export function saidBy(body: string): Said {
  const text = body.trim();
  if (text.startsWith('<')) return { message: '', codes: [], html: true };
  try {
    return saidIn(JSON.parse(text));
  } catch {
    return { message: text, codes: [] };
  }
}

/** Reads what was parsed already. Shapes seen: `{error: {message, type, code}}`, `{error: "…"}`, `{message, code}`, `{detail: …}`, a list of one of these. */
export function saidIn(value: unknown): Said {
  if (Array.isArray(value)) return saidIn(value[0]);
  if (typeof value === 'string') return { message: value, codes: [] };
  if (!isJsonObject(value)) return { message: '', codes: [] };
  if (isJsonObject(value.error) || typeof value.error === 'string') return saidIn(value.error);
  const codes = [value.code, value.type, value.status]
    .filter((code) => typeof code === 'string')
    .map((code) => code.toLowerCase());
  const status = typeof value.code === 'number' ? value.code : undefined;
  const message = value.message ?? value.detail ?? '';
  return {
    message: typeof message === 'string' ? message : JSON.stringify(message),
    codes,
    ...(status === undefined ? {} : { status }),
  };
}

/**
 * Why a request failed. The status decides whether it may be made again, since hosts are careless with codes; the codes tell
 * the classes apart that share a status. Only an exhausted quota is final under a status that is not. Without a status (in
 * mid-stream) the codes decide alone.
 */
export function reasonOf(status: number | undefined, said: Said): Reason {
  const named = REASON_OF_CODE.find(([, codes]) => said.codes.some((code) => codes.has(code)))?.[0];
  if (status === undefined) return named ?? 'server';
  const general = REASON_OF_STATUS[status] ?? (status >= 500 ? 'server' : 'bad_request');
  if (TEMPORARY.has(general)) {
    const fits = named !== undefined && (TEMPORARY.has(named) || (named === 'quota' && status === 429));
    return fits ? named : general;
  }
  const final = wordsOf(status, said) ?? named;
  return final === undefined || final === 'bad_request' || TEMPORARY.has(final) ? general : final;
}

const REASON_OF_CODE: readonly (readonly [Reason, ReadonlySet<string>])[] = [
  [
    'quota',
    new Set([
      'insufficient_quota',
      'billing_hard_limit_reached',
      'billing_not_active',
      'billing_error',
      'insufficient_balance',
      'quota_exceeded',
      'exceeded_current_quota_error',
      'access_terminated',
    ]),
  ],
  [
    'context_overflow',
    new Set([
      'context_length_exceeded',
      'string_above_max_length',
      'request_too_large',
      'exceed_context_size_error',
      'context_window_exceeded',
      'model_max_prompt_tokens_exceeded',
    ]),
  ],
  ['refusal', new Set(['content_filter', 'content_policy_violation', 'responsibleaipolicyviolation'])],
  ['auth', new Set(['invalid_api_key', 'authentication_error', 'permission_error', 'unauthorized'])],
  [
    'rate_limit',
    new Set(['rate_limit_exceeded', 'rate_limit_error', 'too_many_requests', 'resource_exhausted', 'tokens', 'requests']),
  ],
  ['overloaded', new Set(['overloaded_error', 'overloaded', 'engine_overloaded', 'service_unavailable', 'unavailable'])],
  ['not_found', new Set(['model_not_found', 'not_found_error', 'deploymentnotfound'])],
  ['timeout', new Set(['timeout_error', 'timeout'])],
  ['bad_request', new Set(['invalid_request_error'])],
];

/** Two classes that some providers tell by words alone, under a code that says only "invalid request". */
function wordsOf(status: number, { message }: Said): Reason | undefined {
  if (status !== 400 && status !== 413 && status !== 422) return undefined;
  if (/credit balance is too low/i.test(message)) return 'quota';
  const overflow = /prompt is too long|(maximum|exceeds?\b.*) context|context (length|window|size)|too many (input )?tokens/i;
  return overflow.test(message) ? 'context_overflow' : undefined;
}

const REASON_OF_STATUS: Readonly<Record<number, Reason>> = {
  401: 'auth',
  402: 'quota',
  403: 'auth',
  404: 'not_found',
  408: 'timeout',
  409: 'server',
  413: 'context_overflow',
  425: 'server',
  429: 'rate_limit',
  503: 'overloaded',
  529: 'overloaded',
};
