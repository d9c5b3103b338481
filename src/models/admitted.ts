import type { ModelEvent } from '../core/model.ts';
import type { Asking, Limiter, Pass } from './limiter.ts';

/** How long a call waits before anybody is told why. */
const TELL_AFTER_MS = 5_000;

/** Waits for a call's turn. Says `waiting` first when that takes any time, so that nobody counts it as the model's. */
export async function* admitted(limiter: Limiter, call: Asking, signal: AbortSignal): AsyncGenerator<ModelEvent, Pass> {
  if (limiter.isOpen(call)) return await limiter.enter(call, signal);
  yield { type: 'waiting' };
  const left = new AbortController();
  const entering = limiter.enter(call, AbortSignal.any([signal, left.signal]));
  let pass: Pass | undefined;
  try {
    const text = (await isSlow(entering)) ? limiter.told(call) : undefined;
    if (text !== undefined) yield { type: 'waiting', text };
    pass = await entering;
    return pass;
  } finally {
    // Nobody asks any more: the turn goes to the next one.
    if (pass === undefined) {
      left.abort();
      entering.then(
        (unused) => unused.end({ error: left.signal.reason }),
        () => undefined,
      );
    }
  }
}

function isSlow(entering: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), TELL_AFTER_MS);
    const settled = () => {
      clearTimeout(timer);
      resolve(false);
    };
    entering.then(settled, settled);
  });
}
