import { ModelError, type Reason } from '../core/errors.ts';

/** Stops calling a provider that is down: what many steps would find out one by one, each with all its attempts, is known. */
export interface Breaker {
  /** What a call is refused with; undefined when it may be made. */
  refusal(nowMs: number): ModelError | undefined;
  /** `key` is the same for all attempts of a step. */
  failed(error: ModelError, key: string | undefined, nowMs: number): void;
  succeeded(): void;
}

const OUTAGES: ReadonlySet<Reason> = new Set<Reason>(['network', 'timeout', 'server', 'overloaded']);

/** In a row, by at least so many steps: one step alone may try as often as its `retry` says. */
const MOST_OUTAGES = 8;
const LEAST_STEPS = 3;
/** Then one call finds out whether the provider is back. */
const CLOSED_MS = 30_000;

export function createBreaker(label: string): Breaker {
  const steps = new Set<string>();
  let outages = 0;
  let closedUntilMs = Number.NEGATIVE_INFINITY;
  let last: ModelError | undefined;

  return {
    refusal(nowMs) {
      if (last === undefined || nowMs >= closedUntilMs) return undefined;
      return new ModelError(
        `${label} failed ${outages} times in a row and is not called any more for now; the last time: ${last.message}`,
        {
          code: 'PC6008',
          reason: last.reason,
          provider: last.provider,
          help: last.help ?? 'run it again once the provider is back, or name a "fallback" model',
          final: true,
          cause: last,
        },
      );
    },
    failed(error, key, nowMs) {
      if (!OUTAGES.has(error.reason)) return;
      outages += 1;
      steps.add(key ?? String(outages));
      last = error;
      if (outages >= MOST_OUTAGES && steps.size >= LEAST_STEPS) closedUntilMs = nowMs + CLOSED_MS;
    },
    succeeded() {
      outages = 0;
      steps.clear();
      closedUntilMs = Number.NEGATIVE_INFINITY;
    },
  };
}
