/** A stream that is written to the end: it waits for a slow reader and reports a lost one. */
export interface Output {
  readonly isTTY: boolean;
  /** What the stream failed with, once it has. */
  readonly error: NodeJS.ErrnoException | undefined;
  /** Returns nothing when more may be written at once, a promise when the reader is slow. After a failure it does nothing. */
  write(text: string): void | Promise<void>;
  /** Resolves when everything written has left the process, or never will. */
  flush(): Promise<void>;
  /** From now on neither `write` nor `flush` waits: what a stuck reader does not take is lost. */
  stopWaiting(): void;
  /** Called once, as soon as the stream has failed; at once if it already has. */
  onFailure(listener: (error: NodeJS.ErrnoException) => void): void;
}

/** Wraps a process stream. Its errors are kept here and never thrown. */
export function openOutput(stream: NodeJS.WriteStream): Output {
  let failed: NodeJS.ErrnoException | undefined;
  let patient = true;
  const listeners: ((error: NodeJS.ErrnoException) => void)[] = [];
  const waiting = new Set<() => void>();
  const release = (): void => {
    for (const resume of waiting) resume();
    waiting.clear();
  };
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (failed !== undefined) return;
    failed = error;
    release();
    for (const listener of listeners) listener(error);
  });
  stream.on('drain', release);

  return {
    isTTY: stream.isTTY === true,
    get error() {
      return failed;
    },
    write(text) {
      if (failed !== undefined || text === '' || stream.write(text) || !patient) return undefined;
      return new Promise((resolve) => waiting.add(resolve));
    },
    flush() {
      if (failed !== undefined || stream.destroyed || !patient) return Promise.resolve();
      return new Promise((resolve) => {
        waiting.add(resolve);
        stream.write('', () => resolve());
      });
    },
    stopWaiting() {
      patient = false;
      release();
    },
    onFailure(listener) {
      if (failed === undefined) listeners.push(listener);
      else listener(failed);
    },
  };
}
