import type { ModelError, Reason } from '../core/errors.ts';
import { LONGEST_REQUESTED_WAIT_MS } from '../lib/wait.ts';
import { type RateWindow, WINDOW_MS } from './rate-window.ts';

/**
 * How many calls at once a provider takes, found out as TCP does: more and more until it refuses, half of that, then a little
 * more at a time. A refusal closes a gate for all calls, until the time the provider asks for; then one goes ahead.
 */
export interface Congestion {
  /** Milliseconds until one more call may go; infinite while it takes another one to end first. `isTold`: the limits are known. */
  wait(nowMs: number, isTold: boolean): number;
  enter(): Place;
  /** The headers have come. */
  heard(place: Place, accepted: boolean): void;
  failed(place: Place, error: ModelError, nowMs: number, learning: Learning): void;
  leave(place: Place): void;
}

/** A call under way. */
export interface Place {
  readonly number: number;
  /** How many were under way with it when it began. */
  readonly level: number;
  /** Nothing has come back yet. */
  isSilent: boolean;
}

const FIRST_AT_ONCE = 8;
/** A server answers many people with one key; each call under way is a socket. */
const MOST_AT_ONCE = 1024;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;
const MOST_PATIENCE = 16;
/**
 * A provider that tells no limits may have low ones, and they may be used up: so many calls are sent without an answer to
 * the one before, until so many were taken.
 */
const SILENT_AT_ONCE = 4;
const CAREFUL_CALLS = 64;
/** Where a limit had to be learnt. */
const SILENT_WHERE_LEARNT = 2;
/** A limit is believed once so many calls were taken before a second refusal, or before one that asks for a long wait. */
const ENOUGH_TAKEN = 10;
const LONG_WAIT_MS = 5_000;
/** After so long without a refusal, a learnt limit is tried a tenth higher. That costs refusals where it was right. */
const TRY_MORE_MS = 5 * WINDOW_MS;

/** `taken` counts the calls the provider accepted, `requests` is the limit to learn where nobody has told it. */
export interface Learning {
  readonly taken: RateWindow;
  readonly requests: RateWindow;
}

/**
 * What was taken in the minute before a refusal is the limit. Who asks for a short wait fills a bucket, and has filled it a
 * little while it was emptied.
 */
function perMinute(taken: RateWindow, retryAfterMs: number | undefined, nowMs: number): number {
  const count = taken.used(nowMs);
  if (retryAfterMs === undefined || retryAfterMs >= LONG_WAIT_MS) return count;
  return Math.floor(count / (1 + Math.min(1, taken.spanMs(nowMs) / WINDOW_MS)));
}

export function createCongestion(): Congestion {
  let underWay = 0;
  let silent = 0;
  let accepted = 0;
  let entered = 0;
  let most = FIRST_AT_ONCE;
  /** Below it the number grows with every call that is taken, from there on with every round of them. */
  let threshold = MOST_AT_ONCE;
  /** The largest number at once that was taken without a refusal. */
  let proven = 0;
  let patience = 1;
  let successes = 0;
  /** Calls up to this number were sent before the last cut: their refusals say nothing new. */
  let cutAt = 0;
  let gateMs = Number.NEGATIVE_INFINITY;
  let probing = false;
  let probe: Place | undefined;
  const strikes = { count: 0, lastMs: Number.NEGATIVE_INFINITY, taken: Number.POSITIVE_INFINITY };
  let learnt: { readonly window: RateWindow; atMs: number } | undefined;

  const answered = (place: Place): void => {
    if (place.isSilent) silent -= 1;
    place.isSilent = false;
  };
  const silentAtOnce = (): number => {
    if (learnt !== undefined) return SILENT_WHERE_LEARNT;
    return accepted < CAREFUL_CALLS ? SILENT_AT_ONCE : Number.POSITIVE_INFINITY;
  };
  const close = (error: ModelError, nowMs: number, ownMs: number): void => {
    const asked = error.retryAfterMs;
    // A longer wait than anyone makes fails the calls, with the provider's words.
    if (asked !== undefined && asked > LONGEST_REQUESTED_WAIT_MS) return;
    gateMs = Math.max(gateMs, nowMs + (asked ?? ownMs));
    probing = true;
  };
  /** Too many at once: what is taken is known to one. */
  const tooMany = (place: Place): void => {
    most = Math.max(1, Math.min(most, Math.max(proven, place.level - 1)));
    threshold = Math.min(threshold, most);
    if (place.number <= cutAt) return;
    cutAt = entered;
    patience = Math.min(MOST_PATIENCE, patience * 2);
  };
  /** The headers say that the provider takes as many; the rest of an answer may take its time. */
  const grow = (): void => {
    if (underWay < most || most >= MOST_AT_ONCE) return;
    successes += 1;
    if (most >= threshold && successes < most * patience) return;
    successes = 0;
    most += 1;
  };
  const slowDown = (to: number): void => {
    threshold = Math.max(1, Math.floor(Math.min(most, proven) / 2));
    most = to;
    successes = 0;
    cutAt = entered;
  };
  /** Too many in a while, though as many at once were taken before. */
  const tooOften = (error: ModelError, nowMs: number, { taken, requests }: Learning): void => {
    if (nowMs - strikes.lastMs > TRY_MORE_MS) Object.assign(strikes, { count: 0, taken: Number.POSITIVE_INFINITY });
    strikes.count += 1;
    strikes.lastMs = nowMs;
    strikes.taken = Math.min(strikes.taken, perMinute(taken, error.retryAfterMs, nowMs));
    const isSure = strikes.count > 1 || (error.retryAfterMs ?? 0) >= LONG_WAIT_MS;
    if (!isSure || strikes.taken < ENOUGH_TAKEN || (learnt === undefined && requests.limit !== undefined)) return;
    requests.learn(strikes.taken);
    learnt = { window: requests, atMs: nowMs };
  };
  const tryMore = (nowMs: number): void => {
    if (learnt?.window.limit === undefined || nowMs - learnt.atMs < TRY_MORE_MS) return;
    learnt.atMs = nowMs;
    learnt.window.learn(Math.ceil(learnt.window.limit * 1.1));
  };

  return {
    wait(nowMs, isTold) {
      tryMore(nowMs);
      if (gateMs > nowMs) return gateMs - nowMs;
      if (!isTold && silent >= silentAtOnce()) return Number.POSITIVE_INFINITY;
      if (underWay >= most || (probing && probe !== undefined)) return Number.POSITIVE_INFINITY;
      return 0;
    },
    enter() {
      underWay += 1;
      entered += 1;
      silent += 1;
      const place = { number: entered, level: underWay, isSilent: true };
      if (probing) probe = place;
      return place;
    },
    heard(place, isAccepted) {
      answered(place);
      if (!isAccepted) return;
      accepted += 1;
      proven = Math.max(proven, place.level);
      grow();
      if (place !== probe) return;
      probing = false;
      probe = undefined;
    },
    failed(place, error, nowMs, learning) {
      if (place === probe) probe = undefined;
      if (error.reason === 'rate_limit' && place.level > proven) {
        tooMany(place);
        if (error.retryAfterMs !== undefined) close(error, nowMs, 0);
        return;
      }
      if (!SLOWS_DOWN.has(error.reason) || place.number <= cutAt) return;
      slowDown(error.reason === 'rate_limit' ? 1 : Math.ceil(most / 2));
      if (error.reason === 'rate_limit') tooOften(error, nowMs, learning);
      close(error, nowMs, Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, strikes.count - 1)));
    },
    leave(place) {
      answered(place);
      underWay -= 1;
      if (place === probe) probe = undefined;
    },
  };
}

const SLOWS_DOWN: ReadonlySet<Reason> = new Set<Reason>(['rate_limit', 'overloaded']);
