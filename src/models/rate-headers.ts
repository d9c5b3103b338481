/** What a provider says of a limit, with every answer. */
export interface Allowance {
  /** As a rule per minute. */
  readonly limit?: number;
  readonly remaining?: number;
  /** Milliseconds until there is all of it again. */
  readonly resetMs?: number;
}

export interface Allowances {
  readonly requests: Allowance;
  readonly tokens: Allowance;
}

type Headers = Readonly<Record<string, unknown>>;

/** Reads `x-ratelimit-limit-requests` as OpenAI and the hosts that copied it send it, and `anthropic-ratelimit-requests-limit`. */
export function allowancesIn(headers: Headers, nowMs: number): Allowances {
  return { requests: allowance(headers, 'requests', nowMs), tokens: allowance(headers, 'tokens', nowMs) };
}

function allowance(headers: Headers, of: 'requests' | 'tokens', nowMs: number): Allowance {
  const read = (part: string) => headers[`x-ratelimit-${part}-${of}`] ?? headers[`anthropic-ratelimit-${of}-${part}`];
  const limit = wholeNumber(read('limit'));
  const remaining = wholeNumber(read('remaining'));
  const resetMs = waitIn(read('reset'), nowMs);
  return {
    ...(limit === undefined || limit === 0 ? {} : { limit }),
    ...(remaining === undefined ? {} : { remaining }),
    ...(resetMs === undefined ? {} : { resetMs }),
  };
}

function wholeNumber(value: unknown): number | undefined {
  return typeof value === 'string' && /^\d{1,12}$/.test(value.trim()) ? Number(value) : undefined;
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time such as `6m0s`, `59.7s` or `120ms`, seconds without a unit, or a date. */
function waitIn(value: unknown, nowMs: number): number | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  if (/^(\d+(\.\d+)?(ms|[smhd]))+$/.test(text)) {
    const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g);
    return [...parts].reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (UNIT_MS[unit] ?? 0), 0);
  }
  const date = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
