import { ModelError } from '../core/errors.ts';
import type { Clock } from '../core/io.ts';
import type { Rate } from '../core/model.ts';
import { createBreaker } from './breaker.ts';
import { createCongestion } from './congestion.ts';
import type { Allowances } from './rate-headers.ts';
import { createRateWindow, type RateWindow, type Share } from './rate-window.ts';

/**
 * Lets the calls of one key at one provider through, so that all of them together, from whatever steps of this process, stay
 * within what the provider takes: so much a minute, so many at once. It only delays and refuses; whether a call is made
 * again is not for it to say.
 */
export interface Limiter {
  /** In order of asking. Throws the breaker's `ModelError`, or the signal's reason. */
  enter(call: Asking, signal: AbortSignal): Promise<Pass>;
  /** Whether `enter` would be at once. */
  isOpen(call: Asking): boolean;
  /** Why calls wait, for people: at most once in a while, else undefined. */
  told(call: Asking): string | undefined;
}

export interface Asking {
  readonly model: string;
  readonly rate: Rate | undefined;
  /** An estimate. */
  readonly tokens: number;
  /** The same for all attempts of one step. */
  readonly key: string | undefined;
}

/** Leave to make one call; `end` is called once, however it ends. */
export interface Pass {
  /** The headers have come, of a refusal too. */
  heard(allowances: Allowances, accepted: boolean): void;
  end(outcome: { readonly tokens?: number; readonly error?: unknown }): void;
}

export interface LimiterOptions {
  readonly label: string;
  /** For all models of the provider together. */
  readonly rate: Rate | undefined;
  /** It has no limits but that of its hardware. */
  readonly isLocal: boolean;
  readonly clock: Clock;
}

export function createLimiter({ label, rate, isLocal, clock }: LimiterOptions): Limiter {
  const now = () => clock.elapsed();
  const breaker = createBreaker(label);
  const congestion = createCongestion();
  const all = windowsFor(rate);
  const ofModel = new Map<string, Windows>();
  const queue: Waiting[] = [];
  let alarm: AbortController | undefined;
  let toldAtMs = Number.NEGATIVE_INFINITY;

  const ownOf = ({ model, rate: own }: Asking): Windows => {
    const known = ofModel.get(model) ?? windowsFor(own);
    ofModel.set(model, known);
    return known;
  };
  const windows = (call: Asking): readonly Windows[] => [ownOf(call), all];
  const waitOf = (call: Asking): number => {
    const each = windows(call).flatMap(({ requests, tokens }) => [requests.wait(1, now()), tokens.wait(call.tokens, now())]);
    const isTold = isLocal || ownOf(call).requests.isTold;
    return Math.max(congestion.wait(now(), isTold), ...each);
  };

  /** Lets in who may come in; asks again when the first of the queue may. */
  const pump = (): void => {
    alarm?.abort();
    for (let head = queue[0]; head !== undefined; head = queue[0]) {
      const broken = breaker.refusal(now());
      const waitMs = broken === undefined ? waitOf(head.call) : 0;
      if (waitMs > 0) {
        if (waitMs !== Number.POSITIVE_INFINITY) wakeAfter(waitMs);
        return;
      }
      queue.shift();
      head.settle(broken ?? admit(head.call));
    }
  };

  const wakeAfter = (waitMs: number): void => {
    alarm = new AbortController();
    clock.sleep(Math.ceil(waitMs), alarm.signal).then(pump, () => undefined);
  };

  const admit = (call: Asking): Pass => {
    const atMs = now();
    const taken = windows(call).map((each) => ({
      each,
      request: each.requests.take(1, atMs),
      tokens: each.tokens.take(call.tokens, atMs),
    }));
    const place = congestion.enter();
    return {
      heard(allowances, accepted) {
        const [own] = taken;
        own?.each.requests.hear(allowances.requests, own.request, now());
        own?.each.tokens.hear(allowances.tokens, own.tokens, now());
        if (accepted) own?.each.taken.take(1, atMs);
        congestion.heard(place, accepted);
        if (accepted) pump();
      },
      end({ tokens, error }) {
        if (error === undefined) {
          if (tokens !== undefined) for (const { each, tokens: share } of taken) each.tokens.correct(share, tokens);
          breaker.succeeded();
        } else if (error instanceof ModelError) {
          if (error.reason === 'rate_limit') for (const share of taken) giveBack(share);
          breaker.failed(error, call.key, now());
          congestion.failed(place, error, now(), ownOf(call));
        }
        congestion.leave(place);
        pump();
      },
    };
  };

  return {
    enter(call, signal) {
      return new Promise((resolve, reject) => {
        const waiting: Waiting = {
          call,
          settle(given) {
            signal.removeEventListener('abort', leave);
            if (given instanceof ModelError) reject(given);
            else resolve(given);
          },
        };
        const leave = (): void => {
          const index = queue.indexOf(waiting);
          if (index >= 0) queue.splice(index, 1);
          reject(signal.reason);
          pump();
        };
        if (signal.aborted) return reject(signal.reason);
        signal.addEventListener('abort', leave, { once: true });
        queue.push(waiting);
        if (queue.length === 1) pump();
      });
    },
    isOpen: (call) => queue.length === 0 && (breaker.refusal(now()) !== undefined || waitOf(call) <= 0),
    told(call) {
      if (now() - toldAtMs < TELL_EVERY_MS) return undefined;
      toldAtMs = now();
      const limits = windows(call).flatMap(({ requests, tokens }) => [
        ...(requests.limit === undefined ? [] : [`${requests.limit} requests`]),
        ...(tokens.limit === undefined ? [] : [`${tokens.limit} tokens`]),
      ]);
      const why = limits.length === 0 ? '' : ` (${[...new Set(limits)].join(' and ')} a minute)`;
      return `${queue.length} ${queue.length === 1 ? 'call waits' : 'calls wait'} for the limits of ${label}${why}`;
    },
  };
}

const TELL_EVERY_MS = 30_000;

interface Waiting {
  readonly call: Asking;
  settle(given: Pass | ModelError): void;
}

interface Windows {
  readonly requests: RateWindow;
  readonly tokens: RateWindow;
  /** Of the requests, those the provider accepted. */
  readonly taken: RateWindow;
}

function windowsFor(rate: Rate | undefined): Windows {
  return {
    requests: createRateWindow(rate?.requests),
    tokens: createRateWindow(rate?.tokens),
    taken: createRateWindow(undefined),
  };
}

/** A call that was refused has used nothing. */
function giveBack({ each, request, tokens }: { readonly each: Windows; readonly request: Share; readonly tokens: Share }): void {
  each.requests.correct(request, 0);
  each.tokens.correct(tokens, 0);
}
