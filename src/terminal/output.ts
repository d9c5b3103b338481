/** A stream that is written to the end: it waits for a slow reader and reports a lost one. */
export interface Output {
  readonly isTTY: boolean;
  /** At least 1; 80 when the terminal does not know. */
  readonly columns: number;
  /** What the stream failed with, once it has. */
  readonly error: NodeJS.ErrnoException | undefined;
  /** Returns nothing when more may be written at once, a promise when the reader is slow. After a failure it does nothing. */
  write(text: string): void | Promise<void>;
  /** Resolves when everything written has left the process, or never will. */
  flush(): Promise<void>;
}

/** Wraps a process stream. `onError` is called once, as soon as the stream fails. */
export function openOutput(stream: NodeJS.WriteStream, onError: (error: NodeJS.ErrnoException) => void = () => {}): Output {
  let failed: NodeJS.ErrnoException | undefined;
  const waiting = new Set<() => void>();
  const release = (): void => {
    for (const resume of waiting) resume();
    waiting.clear();
  };
  stream.on('error', (error: NodeJS.ErrnoException) => {
    const first = failed === undefined;
    failed ??= error;
    release();
    if (first) onError(error);
  });
  stream.on('drain', release);

  return {
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.columns || 80;
    },
    get error() {
      return failed;
    },
    write(text) {
      if (failed !== undefined || text === '' || stream.write(text)) return undefined;
      return new Promise((resolve) => waiting.add(resolve));
    },
    flush() {
      if (failed !== undefined || stream.destroyed) return Promise.resolve();
      return new Promise((resolve) => {
        waiting.add(resolve);
        stream.write('', () => resolve());
      });
    },
  };
}
