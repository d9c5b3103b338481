/** A place where one side hands values over and the other takes them: `give` resolves when its value was taken, so neither runs ahead. */
export interface Handover<T> {
  /** Resolves false when nobody will take anything any more. */
  give(value: T): Promise<boolean>;
  /** No more values come; with an error, the taking side throws it. */
  finish(error?: unknown): void;
  /** Leaving the loop tells the giving side that nobody takes any more. */
  readonly values: AsyncGenerator<T, void>;
}

export function createHandover<T>(): Handover<T> {
  let offered: Offer<T> | undefined;
  let inHand: Offer<T> | undefined;
  let wake: (() => void) | undefined;
  let finished: { readonly error?: unknown } | undefined;
  let left = false;

  async function* take(): AsyncGenerator<T, void> {
    try {
      for (;;) {
        if (offered !== undefined) {
          inHand = offered;
          offered = undefined;
          yield inHand.value;
          inHand.taken(true);
          inHand = undefined;
        } else if (finished !== undefined) {
          if (finished.error !== undefined) throw finished.error;
          return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      left = true;
      inHand?.taken(false);
      offered?.taken(false);
    }
  }

  return {
    give(value) {
      if (left) return Promise.resolve(false);
      return new Promise((resolve) => {
        offered = { value, taken: resolve };
        wake?.();
      });
    },
    finish(error) {
      finished = error === undefined ? {} : { error };
      wake?.();
    },
    values: take(),
  };
}

interface Offer<T> {
  readonly value: T;
  taken(isTaken: boolean): void;
}
