import type { Guard } from './guard.ts';

/** So many requests in so many milliseconds. */
export interface Rate {
  readonly requests: number;
  readonly periodMs: number;
}

/**
 * Lets each client ask so often: all at once or spread out, and never more than that in a period that slides. One number a
 * client is kept (GCRA), of the clients of the last period only.
 */
export function rateGuard(rate: Rate | undefined, now: () => number): Guard {
  if (rate === undefined) return () => undefined;
  const spacing = rate.periodMs / rate.requests;
  /** When a client that asks evenly would be as far as it is. */
  const due = new Map<string, number>();
  return ({ address, path }) => {
    if (UNCOUNTED.has(path)) return undefined;
    const at = now();
    const next = Math.max(due.get(address) ?? at, at) + spacing;
    if (next - at > rate.periodMs + TOLERANCE_MS) {
      const waitMs = next - at - rate.periodMs;
      return {
        status: 429,
        code: 'PC2265',
        message: 'this client asks too often',
        headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) },
      };
    }
    due.delete(address);
    due.set(address, next);
    forget(due, at);
    return undefined;
  };
}

const UNCOUNTED: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

/** Of sums of fractions. */
const TOLERANCE_MS = 0.001;

/** Those who asked longest ago stand first. */
function forget(due: Map<string, number>, at: number): void {
  for (const [address, next] of due) {
    if (next > at) return;
    due.delete(address);
  }
}
