import { fstatSync, writeSync } from 'node:fs';
import { once } from '../lib/once.ts';

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
  /**
   * Called once, as soon as the stream has failed; at once if it already has. From the first call on, a reader that does not
   * read no longer holds up the process, which can then obey signals.
   */
  onFailure(listener: (error: NodeJS.ErrnoException) => void): void;
}

/**
 * Stdout or stderr. A file or a pipe is written to directly, as any program does, since loading Node's streams takes longer
 * than many a command. They are opened for a terminal, for what a write did not take or refused, and for `onFailure`.
 */
export function openOutput(descriptor: 1 | 2, open: () => NodeJS.WriteStream): Output {
  const opened = once(() => streamOutput(open()));
  let direct = isFileOrPipe(descriptor);
  const stream = (): StreamOutput => {
    direct = false;
    return opened();
  };
  return {
    isTTY: direct ? false : stream().isTTY,
    get error() {
      return direct ? undefined : stream().error;
    },
    write(text) {
      const rest = direct ? writeDirectly(descriptor, Buffer.from(text)) : text;
      return rest.length === 0 ? undefined : stream().write(rest);
    },
    flush: () => (direct ? Promise.resolve() : stream().flush()),
    stopWaiting: () => stream().stopWaiting(),
    onFailure: (listener) => stream().onFailure(listener),
  };
}

function isFileOrPipe(descriptor: number): boolean {
  try {
    const found = fstatSync(descriptor);
    return found.isFile() || found.isFIFO() || found.isSocket(); // Node gives its children sockets for pipes.
  } catch {
    return false;
  }
}

/** What was not taken: the stream then waits for the reader, or fails as streams do. */
function writeDirectly(descriptor: number, bytes: Buffer): Buffer {
  let rest = bytes;
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest));
  } catch {
    // A full pipe that does not block, a gone reader, a full disk.
  }
  return rest;
}

interface StreamOutput extends Output {
  write(text: string | Uint8Array): void | Promise<void>;
}

/** Its errors are kept here and never thrown. */
function streamOutput(stream: NodeJS.WriteStream): StreamOutput {
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
      if (failed !== undefined || text.length === 0 || stream.write(text) || !patient) return undefined;
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
