import { closeSync, fsyncSync, lstatSync, openSync, realpathSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { StoreError, UsageError } from '../../core/errors.ts';
import { fileCause } from '../../lib/file-cause.ts';
import type { Output } from '../../terminal/output.ts';

/** A file that appears whole or not at all: the old one stays as it is until `commit`. */
export interface FileOutput extends Output {
  /** Throws `StoreError` when not everything could be written; the old file is then untouched. */
  commit(): void;
  discard(): void;
}

/**
 * Opens a file for a result. What is written goes to a new file beside it that takes its place on `commit`; a device or a
 * named pipe is written directly. `wanted` is the mode it gets, by default that of the one it replaces. Throws `UsageError`
 * when it cannot be written.
 */
export function openFileOutput(path: string, wanted?: number): FileOutput {
  const target = resolved(path);
  const found = modeOf(target);
  const mode = found === undefined ? undefined : (wanted ?? found);
  const direct = mode === undefined;
  const file = direct ? target : join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  const descriptor = open(path, file, mode);
  let failed: NodeJS.ErrnoException | undefined;
  let open_ = true;

  const close = (): void => {
    if (open_) closeSync(descriptor);
    open_ = false;
  };
  return {
    isTTY: false,
    get error() {
      return failed;
    },
    write(text) {
      if (failed !== undefined) return;
      try {
        writeAll(descriptor, text);
      } catch (error) {
        failed = error as NodeJS.ErrnoException;
      }
    },
    flush: () => Promise.resolve(),
    stopWaiting: () => undefined,
    onFailure: () => undefined,
    commit() {
      try {
        if (failed !== undefined) throw failed;
        if (!direct) fsyncSync(descriptor);
        close();
        if (!direct) renameSync(file, target);
      } catch (cause) {
        throw new StoreError(`cannot write "${path}": ${fileCause(cause)}`, { code: 'PC2025', cause });
      }
    },
    discard() {
      close();
      if (!direct) rmSync(file, { force: true });
    },
  };
}

function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** The mode a new file gets: that of the one it replaces; undefined for what is not a file. */
function modeOf(target: string): number | undefined {
  const found = lstatSync(target, { throwIfNoEntry: false });
  if (found === undefined) return 0o666;
  if (found.isSymbolicLink()) throw new UsageError(`cannot write "${target}": it is a link to nothing`, { code: 'PC2025' });
  return found.isFile() ? statSync(target).mode & 0o777 : undefined;
}

function open(path: string, file: string, mode: number | undefined): number {
  try {
    return openSync(file, mode === undefined ? 'w' : 'wx', mode);
  } catch (cause) {
    throw new UsageError(`cannot write "${path}": ${fileCause(cause)}`, { code: 'PC2025', cause });
  }
}

function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let offset = 0; offset < bytes.length; ) offset += writeSync(descriptor, bytes, offset);
}
