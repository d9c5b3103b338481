import type { Reason } from '../core/errors.ts';
import { ModelError } from '../core/errors.ts';
import { reasonOf, saidBy, saidIn } from './reason.ts';
import { quoted } from './redact.ts';
import { retryAfterMs } from './retry-after.ts';

/** Whom a failure is about. */
export interface Origin {
  readonly provider: string;
  readonly label: string;
  readonly model: string;
  readonly url: string;
  readonly keyName: string | undefined;
  readonly local: boolean;
  /** The proxy between here and there, as `host:port`. */
  readonly proxy?: string | undefined;
  readonly secrets: readonly string[];
  now(): number;
}

export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** The error of an HTTP answer that is not 2xx: classed by its codes, then by its status. */
export function refusedBy(origin: Origin, { status, headers, body }: Refusal): ModelError {
  if (status >= 300 && status < 400) return redirected(origin, status, headers.location);
  const said = saidBy(body);
  const reason = reasonOf(status, said);
  const words = said.message === '' ? '' : `: ${quoted(said.message, origin.secrets)}`;
  const page = said.html ? ' with a web page' : '';
  return new ModelError(`${origin.label} ${VERBS[reason] ?? 'failed'} (${status}${page})${words}`, {
    code: codeOf(reason),
    reason,
    provider: origin.provider,
    status,
    retryAfterMs: retryAfterMs(headers, origin.now()),
    help: helpFor(reason, origin),
  });
}

/** The error that a provider sends inside a stream that had begun well. */
export function failedMidStream(origin: Origin, event: unknown): ModelError {
  const said = saidIn(event);
  const reason = reasonOf(said.status !== undefined && said.status >= 400 ? said.status : undefined, said);
  const words = said.message === '' ? '' : `: ${quoted(said.message, origin.secrets)}`;
  return new ModelError(`${origin.label} broke off its answer${words}`, {
    code: codeOf(reason),
    reason,
    provider: origin.provider,
    help: helpFor(reason, origin),
  });
}

/** A 2xx answer that is no event stream: a page, or JSON that may say what went wrong all the same. */
export function notAStream(origin: Origin, { status, headers, body }: Refusal): ModelError {
  const { message } = saidBy(body);
  const words = message === '' ? '' : `: ${quoted(message, origin.secrets)}`;
  return new ModelError(`${origin.label} answered ${status} with ${headers['content-type']} instead of an event stream${words}`, {
    code: 'PC5016',
    reason: 'bad_request',
    provider: origin.provider,
    status,
    help: `check that ${origin.url} is the base URL of a model API`,
  });
}

export function truncated(origin: Origin): ModelError {
  return new ModelError(`the answer of ${origin.label} ended before its end mark`, {
    code: 'PC6006',
    reason: 'network',
    provider: origin.provider,
  });
}

/** The connection was lost in the middle of the answer. */
export function brokenOff(origin: Origin, cause: unknown): ModelError {
  return new ModelError(
    `the connection to ${origin.label} broke in the middle of the answer (${causeCode(cause) || 'connection lost'})`,
    {
      code: 'PC6006',
      reason: 'network',
      provider: origin.provider,
      cause,
    },
  );
}

export function damaged(origin: Origin, what: string): ModelError {
  return new ModelError(`the answer of ${origin.label} was damaged on its way: ${quoted(what, origin.secrets).slice(0, 120)}`, {
    code: 'PC6007',
    reason: 'network',
    provider: origin.provider,
  });
}

export function timedOut(origin: Origin, what: string, ms: number): ModelError {
  return new ModelError(`${origin.label} ${what} within ${ms / 1000} s`, {
    code: 'PC6004',
    reason: 'timeout',
    provider: origin.provider,
  });
}

/** Any error of a socket, of DNS or of TLS. */
export function unreachable(origin: Origin, cause: unknown): ModelError {
  const code = causeCode(cause);
  const host = new URL(origin.url).host;
  if (/CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)/.test(code)) {
    return new ModelError(`the certificate of ${host} is not trusted (${code})`, {
      code: 'PC5017',
      reason: 'bad_request',
      provider: origin.provider,
      help: 'behind a company proxy, point NODE_EXTRA_CA_CERTS at its certificate; see `promptchain help environment`',
      cause,
    });
  }
  const refused = code === 'ECONNREFUSED' && origin.local;
  const way = origin.proxy === undefined ? '' : ` through the proxy ${origin.proxy}`;
  return new ModelError(`${origin.label} could not be reached at ${host}${way} (${code || 'connection lost'})`, {
    code: 'PC6005',
    reason: 'network',
    provider: origin.provider,
    help: way !== '' ? CHECK_PROXY : refused ? `start ${origin.label}, or name another model with --model` : undefined,
    cause,
  });
}

const CHECK_PROXY = 'check HTTPS_PROXY and NO_PROXY';

/** A proxy of the environment would not open the way: its word, not the provider's. */
export function refusedByProxy(origin: Origin, status: number): ModelError {
  const temporary = status >= 500;
  return new ModelError(`the proxy did not connect to ${new URL(origin.url).host} (${status})`, {
    code: temporary ? 'PC6005' : 'PC5019',
    reason: temporary ? 'network' : 'bad_request',
    provider: origin.provider,
    help: status === 407 ? 'put user and password into the proxy variable: http://user:password@host:port' : CHECK_PROXY,
  });
}

function redirected(origin: Origin, status: number, location: unknown): ModelError {
  const target =
    typeof location === 'string' && URL.canParse(location, origin.url) ? new URL(location, origin.url).origin : 'elsewhere';
  return new ModelError(`${origin.label} redirects to ${target} (${status}); a key does not follow a redirect`, {
    code: 'PC5015',
    reason: 'bad_request',
    provider: origin.provider,
    status,
    help: `if ${target} is the provider's new address, make it the base URL`,
  });
}

const VERBS: { readonly [reason in Reason]?: string } = {
  auth: 'refused the key',
  quota: 'says that the account has no quota left',
  rate_limit: 'limits the rate of requests',
  overloaded: 'is overloaded',
  timeout: 'did not answer in time',
  not_found: 'knows no such model or path',
  context_overflow: 'says that the request is too long for the model',
  bad_request: 'refused the request',
  refusal: 'refused the content',
};

const CODE_OF: { readonly [reason in Reason]?: string } = {
  auth: 'PC4002',
  quota: 'PC5013',
  rate_limit: 'PC6001',
  overloaded: 'PC6002',
  timeout: 'PC6004',
  not_found: 'PC5011',
  context_overflow: 'PC5012',
  bad_request: 'PC5010',
  refusal: 'PC5014',
};

/** A request that was not sent, because the model cannot read all of it. */
export function tooLong(
  origin: Origin,
  {
    model,
    tokens,
    reserved,
    window,
  }: { readonly model: string; readonly tokens: number; readonly reserved: number; readonly window: number },
): ModelError {
  const answer = reserved === 0 ? '' : ` and max_tokens keeps ${reserved} for the answer`;
  return new ModelError(`the request has about ${tokens} tokens${answer}, but ${model} takes ${window} in all: it was not sent`, {
    code: 'PC5012',
    reason: 'context_overflow',
    provider: origin.provider,
    help: OVERFLOW_HELP,
  });
}

const OVERFLOW_HELP =
  'shorten what is put in, as with {input | truncate(2000)}, name a model that reads more, or let the values give way: context: truncate or summarise';

/** The code of a provider's failure. */
export function codeOf(reason: Reason): string {
  return CODE_OF[reason] ?? 'PC6003';
}

function helpFor(reason: Reason, origin: Origin): string | undefined {
  if (reason === 'auth' && origin.keyName !== undefined)
    return `the key came from ${origin.keyName}: check it, or its rights for ${origin.model}`;
  if (reason === 'quota') return `add credit at ${origin.label}, or name another model with --model`;
  if (reason === 'not_found') return `check the model's name "${origin.model}" and the base URL ${origin.url}`;
  if (reason === 'context_overflow') return OVERFLOW_HELP;
  return undefined;
}

/** The code of a network error; Node hides it one or two causes down when several addresses were tried. */
function causeCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown };
  if (typeof code === 'string' && code !== '') return code;
  return causeCode(cause ?? (Array.isArray(errors) ? errors[0] : undefined));
}
