import { closeSync, openSync, writeSync } from 'node:fs';
import { UsageError } from '../core/errors.ts';
import type { Clock } from '../core/io.ts';
import { fileCause } from '../lib/file-cause.ts';
import type { Output } from '../terminal/output.ts';

export interface LogFile extends Output {
  close(): void;
}

/** `--log-file`: appended, a time on every line, readable by its owner alone. Throws `UsageError` when it cannot be opened. */
export function openLogFile(file: string, clock: Pick<Clock, 'now'>): LogFile {
  const descriptor = open(file);
  return {
    isTTY: false,
    error: undefined,
    write(text) {
      const time = new Date(clock.now()).toISOString();
      const lines = text.trimEnd().split('\n');
      try {
        writeSync(descriptor, `${lines.map((line) => `${time} ${line}`).join('\n')}\n`);
      } catch {
        // A full disk under the log is no reason to lose the work.
      }
    },
    flush: () => Promise.resolve(),
    stopWaiting: () => undefined,
    onFailure: () => undefined,
    close: () => closeSync(descriptor),
  };
}

/** Stderr whose text goes to the log as well. */
export function logged(err: Output, log: LogFile): Output {
  return {
    ...err,
    get error() {
      return err.error;
    },
    write(text) {
      log.write(text);
      return err.write(text);
    },
  };
}

function open(file: string): number {
  try {
    return openSync(file, 'a', 0o600);
  } catch (cause) {
    throw new UsageError(`--log-file: cannot write "${file}": ${fileCause(cause)}`, { code: 'PC2025', cause });
  }
}
