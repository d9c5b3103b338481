import { setMaxListeners } from 'node:events';

export interface MergeOptions {
  /** How many branches run at a time, at least 1. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
}

/** What a branch is: it starts when first pulled and stops soon after `signal` aborts. */
export type MergeBranch<E, R> = (signal: AbortSignal) => AsyncGenerator<E, R>;

/**
 * Runs async generators together and yields their values as they come; returns their results in the order given.
 *
 * A branch is resumed only after its last value was consumed, so nothing piles up. When a branch throws, the others' signal
 * is aborted, what they still say is yielded, and the first error is thrown once all have ended. When the consumer leaves,
 * they are aborted and closed without a word. The abort comes first in both cases: `generator.return()` waits for a pending
 * `await`, so without it a branch that waits for the network would hold everyone up.
 */
export async function* merge<E, R>(branches: readonly MergeBranch<E, R>[], options: MergeOptions): AsyncGenerator<E, R[]> {
  const abort = new AbortController();
  const signal = AbortSignal.any([options.signal, abort.signal]);
  // Every branch listens to it; Node warns of more than ten.
  setMaxListeners(0, signal);
  const results = new Array<R>(branches.length);
  const running = new Map<number, AsyncGenerator<E, R>>();
  const arrivals = createArrivals<Settled<E, R>>();
  const waiting = branches.entries();
  let failure: { readonly error: unknown } | undefined;

  const pull = (index: number, generator: AsyncGenerator<E, R>) =>
    generator.next().then(
      (result) => arrivals.push({ index, generator, result }),
      (error: unknown) => arrivals.push({ index, generator, error }),
    );
  const startMore = () => {
    while (running.size < options.concurrency && failure === undefined) {
      const next = waiting.next();
      if (next.done) return;
      const [index, branch] = next.value;
      const generator = branch(signal);
      running.set(index, generator);
      void pull(index, generator);
    }
  };

  try {
    startMore();
    while (running.size > 0) {
      const settled = await arrivals.next();
      if ('error' in settled) {
        running.delete(settled.index);
        failure ??= settled;
        abort.abort(settled.error);
      } else if (settled.result.done) {
        running.delete(settled.index);
        results[settled.index] = settled.result.value;
        startMore();
      } else {
        yield settled.result.value;
        void pull(settled.index, settled.generator);
      }
    }
    if (failure !== undefined) throw failure.error;
    return results;
  } finally {
    abort.abort();
    for (const generator of running.values()) await generator.return(undefined as R).catch(() => undefined);
  }
}

type Settled<E, R> = { readonly index: number; readonly generator: AsyncGenerator<E, R> } & (
  | { readonly result: IteratorResult<E, R> }
  | { readonly error: unknown }
);

/**
 * A queue with one reader. `Promise.race` over the branches would do, but each race leaves a reaction on the promise of
 * every branch that is slower, for as long as that stays pending.
 */
function createArrivals<T>(): { push(item: T): void; next(): Promise<T> } {
  const items: T[] = [];
  let wake: ((item: T) => void) | undefined;
  return {
    push(item) {
      const resolve = wake;
      wake = undefined;
      if (resolve) resolve(item);
      else items.push(item);
    },
    next() {
      const item = items.shift();
      if (item !== undefined) return Promise.resolve(item);
      return new Promise((resolve) => {
        wake = resolve;
      });
    },
  };
}
