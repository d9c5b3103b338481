import { setMaxListeners } from 'node:events';
import { ModelError } from '../../src/core/errors.ts';
import type { Clock } from '../../src/core/io.ts';
import { waitBeforeRetry } from '../../src/lib/wait.ts';
import { type Asking, createLimiter } from '../../src/models/limiter.ts';
import { allowancesIn } from '../../src/models/rate-headers.ts';

/** A clock that leaps to the next thing that happens: minutes of waiting take no time. */
function virtualClock(): Clock & { run(): Promise<void> } {
  let nowMs = 0;
  let alarms: { readonly atMs: number; readonly ring: () => void }[] = [];
  return {
    now: () => nowMs,
    elapsed: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const alarm = { atMs: nowMs + ms, ring: resolve };
        alarms.push(alarm);
        signal.addEventListener('abort', () => {
          alarms = alarms.filter((each) => each !== alarm);
          reject(signal.reason);
        });
      }),
    async run() {
      for (;;) {
        // Whatever has been woken goes to sleep again before time passes.
        for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
        const next = alarms.toSorted((a, b) => a.atMs - b.atMs)[0];
        if (next === undefined) return;
        alarms = alarms.filter((each) => each !== next);
        nowMs = Math.max(nowMs, next.atMs);
        next.ring();
      }
    },
  };
}

export interface Server {
  /** Undefined when the request is taken. */
  refusal(tokens: number, nowMs: number): { readonly retryAfterMs?: number } | undefined;
  headers?(nowMs: number): Readonly<Record<string, string>>;
  done?(): void;
}

export interface Batch {
  readonly items: number;
  readonly concurrency: number;
  readonly tokens: number;
  readonly server: Server;
  readonly latencyMs: (item: number) => number;
  readonly attempts?: number;
}

export interface Told {
  readonly requests: number;
  readonly rejected: number;
  readonly lost: number;
  readonly tookMs: number;
}

/** Items that are asked of a simulated provider through the limiter, so many at once, each with the attempts a step has. */
export async function simulate({ items, concurrency, tokens, server, latencyMs, attempts = 4 }: Batch): Promise<Told> {
  const clock = virtualClock();
  const limiter = createLimiter({ label: 'Fake', rate: undefined, isLocal: false, clock });
  const never = new AbortController().signal;
  setMaxListeners(0, never);
  let requests = 0;
  let rejected = 0;
  let lost = 0;
  let next = 0;
  let seed = 1;
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  };

  async function call(item: number, asking: Asking): Promise<ModelError | undefined> {
    const pass = await limiter.enter(asking, never);
    requests += 1;
    await clock.sleep(20 + 30 * random(), never);
    const refused = server.refusal(tokens, clock.now());
    pass.heard(allowancesIn(server.headers?.(clock.now()) ?? {}, clock.now()), refused === undefined);
    if (refused === undefined) {
      await clock.sleep(latencyMs(item), never);
      server.done?.();
      pass.end({ tokens });
      return undefined;
    }
    rejected += 1;
    const error = new ModelError('429', { code: 'PC6001', reason: 'rate_limit', provider: 'fake', ...refused });
    pass.end({ error });
    return error;
  }

  async function worker(): Promise<void> {
    for (let item = next++; item < items; item = next++) {
      const asking = { model: 'm', rate: undefined, tokens, key: String(item) };
      let error: ModelError | undefined;
      for (let attempt = 1; attempt <= attempts; attempt += 1) {
        error = await call(item, asking);
        if (error === undefined) break;
        await clock.sleep(waitBeforeRetry(attempt, error.retryAfterMs, random) ?? 0, never);
      }
      if (error !== undefined) lost += 1;
    }
  }

  const work = Promise.all(Array.from({ length: concurrency }, worker));
  await clock.run();
  await work;
  return { requests, rejected, lost, tookMs: clock.now() };
}
