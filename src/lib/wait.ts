/** How long to wait before the next try, in milliseconds; undefined when the provider asks for longer than anyone should. */
export function waitBeforeRetry(
  failedAttempts: number,
  retryAfterMs: number | undefined,
  random: () => number,
): number | undefined {
  if (retryAfterMs !== undefined && retryAfterMs > LONGEST_REQUESTED_WAIT_MS) return undefined;
  if (retryAfterMs !== undefined && retryAfterMs >= SHORTEST_REQUESTED_WAIT_MS) return retryAfterMs;
  const span = Math.min(LONGEST_OWN_WAIT_MS, FIRST_WAIT_MS * 2 ** (failedAttempts - 1));
  return span / 2 + (random() * span) / 2;
}

/**
 * Half of each own wait is fixed and half is chance: with all of it left to chance, every try can fall inside the same
 * rate-limit window. A request to wait less than a tenth of a second is a hot loop and gets our own wait instead.
 */
const FIRST_WAIT_MS = 500;
const LONGEST_OWN_WAIT_MS = 8_000;
const SHORTEST_REQUESTED_WAIT_MS = 100;
export const LONGEST_REQUESTED_WAIT_MS = 60_000;
