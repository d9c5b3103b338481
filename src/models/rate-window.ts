import type { Allowance } from './rate-headers.ts';

/** What one call takes of a limit; `amount` is corrected once it is known. */
export interface Share {
  readonly atMs: number;
  amount: number;
}

/** One limit of so much a minute, counted over the minute that has just passed. */
export interface RateWindow {
  /** Undefined as long as nobody has told and nothing was learnt. */
  readonly limit: number | undefined;
  /** By the user or the provider. */
  readonly isTold: boolean;
  /** Milliseconds until there is room for so much more. */
  wait(amount: number, nowMs: number): number;
  take(amount: number, nowMs: number): Share;
  correct(share: Share, amount: number): void;
  used(nowMs: number): number;
  /** How long ago the oldest of it was taken. */
  spanMs(nowMs: number): number;
  /** The provider's own words, with an answer to the call that took `share`. */
  hear(allowance: Allowance, share: Share, nowMs: number): void;
  /** From a refusal: there is no room for more than this. */
  learn(limit: number): void;
}

/**
 * In any minute at most the limit: that is within what providers allow who fill a bucket, who count a sliding minute and who
 * count from one full minute to the next, and in the long run as fast as any of them. The half second more is for answers
 * that travel at different speeds.
 */
export const WINDOW_MS = 60_500;

/** `told` is what the user says. */
export function createRateWindow(told: number | undefined): RateWindow {
  // Oldest first; those before `first` are older than a minute.
  let shares: Counted[] = [];
  let first = 0;
  let total = 0;
  let said: number | undefined;
  let learnt: number | undefined;

  const forget = (nowMs: number) => {
    for (let oldest = shares[first]; oldest !== undefined && oldest.atMs + WINDOW_MS <= nowMs; oldest = shares[first]) {
      total -= oldest.amount;
      oldest.counts = false;
      first += 1;
    }
    if (first < 1_000) return;
    shares = shares.slice(first);
    first = 0;
  };
  const add = (share: Counted, index: number) => {
    shares.splice(index, 0, share);
    total += share.amount;
  };

  return {
    get limit() {
      return least(told, said, learnt);
    },
    get isTold() {
      return told !== undefined || said !== undefined;
    },
    wait(amount, nowMs) {
      forget(nowMs);
      const most = least(told, said, learnt);
      if (most === undefined) return 0;
      // What is larger than the limit can only be tried alone.
      let over = total + Math.min(amount, most) - most;
      for (let index = first; over > 0; index += 1) {
        const share = shares[index];
        if (share === undefined) return 0;
        over -= share.amount;
        if (over <= 0) return share.atMs + WINDOW_MS - nowMs;
      }
      return 0;
    },
    take(amount, atMs) {
      const share = { atMs, amount, counts: true };
      add(share, shares.length);
      return share;
    },
    correct(share, amount) {
      const counted = share as Counted;
      if (counted.counts) total += amount - counted.amount;
      counted.amount = amount;
    },
    used(nowMs) {
      forget(nowMs);
      return total;
    },
    spanMs(nowMs) {
      forget(nowMs);
      return nowMs - (shares[first]?.atMs ?? nowMs);
    },
    hear({ limit, remaining, resetMs }, share, nowMs) {
      said = limit ?? said;
      forget(nowMs);
      const most = least(told, said, learnt);
      const place = shares.lastIndexOf(share as Counted);
      if (most === undefined || remaining === undefined || place < first) return;
      // Others use the same key, or the provider counts otherwise: what it has left is less than it looks from here.
      const missing = most - total - remaining;
      if (missing < 1) return;
      const atMs = nowMs - WINDOW_MS + Math.min(resetMs ?? WINDOW_MS, WINDOW_MS);
      const next = shares.findIndex((each, index) => index >= first && each.atMs > atMs);
      add({ atMs, amount: missing, counts: true }, next < 0 ? shares.length : next);
    },
    learn(most) {
      learnt = most;
    },
  };
}

interface Counted extends Share {
  /** False once it is older than a minute. */
  counts: boolean;
}

function least(...limits: readonly (number | undefined)[]): number | undefined {
  const known = limits.filter((limit) => limit !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
