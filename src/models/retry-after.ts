/** More than this is no wait but a mistake. */
const LONGEST_MS = 30 * 24 * 3_600_000;

/**
 * How long the provider asks us to wait: `retry-after-ms`, else `retry-after` in seconds or as a date. Undefined when it does
 * not say, or says what makes no sense: words, zero, the past, more than 30 days.
 */
export function retryAfterMs(headers: Readonly<Record<string, unknown>>, nowMs: number): number | undefined {
  const ms = sane(numberOf(headers['retry-after-ms']));
  if (ms !== undefined) return ms;
  const value = headers['retry-after'];
  const seconds = numberOf(value);
  if (seconds !== undefined) return sane(seconds * 1000);
  if (typeof value !== 'string' || !/[a-z]{3}/i.test(value)) return undefined;
  return sane(Date.parse(value) - nowMs);
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : undefined;
}

function sane(ms: number | undefined): number | undefined {
  return ms !== undefined && ms > 0 && ms <= LONGEST_MS ? Math.ceil(ms) : undefined;
}
