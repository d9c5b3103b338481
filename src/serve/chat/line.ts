/** Work that is done one after the other, in the order it came. */
export interface Line<T> {
  /** Something is being done. */
  readonly isBusy: boolean;
  /** What has not begun, the next first. */
  readonly waiting: readonly T[];
  add(item: T): void;
  /** Takes out what has not begun. */
  remove(item: T): void;
  /** Resolves when nothing is left to do. */
  done(): Promise<void>;
}

/** `work` must not reject; `onDone` is called each time that nothing is left. */
export function createLine<T>(work: (item: T) => Promise<void>, onDone: () => void): Line<T> {
  const waiting: T[] = [];
  let working: Promise<void> | undefined;

  async function run(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await work(next);
    working = undefined;
    onDone();
  }

  return {
    waiting,
    get isBusy() {
      return working !== undefined;
    },
    add(item) {
      waiting.push(item);
      working ??= Promise.resolve().then(run);
    },
    remove(item) {
      const at = waiting.indexOf(item);
      if (at >= 0) waiting.splice(at, 1);
    },
    done: async () => working,
  };
}
