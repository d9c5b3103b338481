/** What is published from now on, for any number of readers that may be slower than the writer and never hold it up. */
export interface LiveTail<T> {
  publish(value: T): void;
  /** No more comes. */
  end(): void;
  /** Until the signal aborts. */
  follow(signal: AbortSignal): Follower<T>;
}

export interface Follower<T> {
  /** The values since the last call, once there are some; `missed` when the reader was too slow to be kept for; undefined at the end. */
  next(): Promise<{ readonly values: readonly T[]; readonly missed: boolean } | undefined>;
  close(): void;
}

/** Keeps at most so many values for a reader; more are dropped, and it is told. */
export function createLiveTail<T>(most: number): LiveTail<T> {
  const followers = new Set<{ values: T[]; missed: boolean; wake: () => void }>();
  let ended = false;
  return {
    publish(value) {
      for (const follower of followers) {
        if (follower.values.length >= most) {
          follower.values = [];
          follower.missed = true;
        }
        follower.values.push(value);
        follower.wake();
      }
    },
    end() {
      ended = true;
      for (const follower of followers) follower.wake();
    },
    follow(signal) {
      const own = { values: [] as T[], missed: false, wake: (): void => undefined };
      const aborted = (): void => own.wake();
      followers.add(own);
      signal.addEventListener('abort', aborted, { once: true });
      return {
        async next() {
          while (own.values.length === 0 && !ended && !signal.aborted) {
            await new Promise<void>((resolve) => {
              own.wake = resolve;
            });
          }
          if (signal.aborted || own.values.length === 0) return undefined;
          const { values, missed } = own;
          own.values = [];
          own.missed = false;
          return { values, missed };
        },
        close() {
          followers.delete(own);
          signal.removeEventListener('abort', aborted);
        },
      };
    },
  };
}
