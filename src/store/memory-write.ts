import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { StoreError } from '../core/errors.ts';
import type { CommitOptions, MemoryChange } from '../core/memory.ts';
import { errnoOf } from '../lib/file-cause.ts';
import { fileError } from './file-error.ts';
import { sweepLock, withLock } from './lock.ts';
import { encodeLine } from './memory-line.ts';
import { EMPTY_LOG, type Log, verifyLog } from './memory-log.ts';
import { planCommit } from './memory-plan.ts';
import { applyEntries, encodeState, replay, type State } from './memory-state.ts';
import { createPrivateFile, makePrivateFolder, syncFolder, targetOf } from './private-file.ts';

/** How long one other process may keep the store before we give up, in milliseconds. */
export interface Patience {
  readonly patienceMs?: number | undefined;
}

/** All of the changes or none, on disk when it resolves. */
export function commitChanges(
  file: string,
  namespace: string,
  changes: readonly MemoryChange[],
  options: CommitOptions & Patience,
): Promise<void> {
  return exclusively(file, options, async (store) => {
    const found = await readStore(store);
    const log = found ?? EMPTY_LOG;
    const { entries, live } = planCommit(log, namespace, changes, options);
    if (entries.length === 0) return;
    const line = encodeLine(entries, log.sum, live);
    const bytes = log.end + line.length;
    checkSize(bytes, store);
    if (found === undefined) return replaceFile(store, Buffer.concat([log.bytes, line]));
    if (log.torn > 0) await setTornAside(store, log);
    if (bytes <= 2 * live + SLACK_BYTES) return appendLine(store, log, line);
    const state = replay(log);
    applyEntries(state, entries);
    await replaceFile(store, encodeState(state));
  });
}

/** Lets `edit` change the whole state and writes it anew: nothing of what was there before is left in the file. */
export function rewrite<T>(file: string, patience: Patience, edit: (state: State) => T): Promise<T> {
  return exclusively(file, patience, async (store) => {
    const found = await readStore(store);
    const log = found ?? EMPTY_LOG;
    const state = replay(log);
    const result = edit(state);
    if (found === undefined && state.size === 0) return result;
    const bytes = encodeState(state);
    checkSize(bytes.length, store);
    if (log.torn > 0) await setTornAside(store, log);
    await replaceFile(store, bytes);
    return result;
  });
}

/** Runs `work` as the only writer. A store behind a symbolic link is written where it is, and locked there. */
export async function exclusively<T>(file: string, { patienceMs }: Patience, work: (store: string) => Promise<T>): Promise<T> {
  try {
    const store = targetOf(file);
    for (const made of makePrivateFolder(dirname(store))) syncFolder(dirname(made));
    return await withLock(
      `${store}.lock`,
      () => {
        sweep(store);
        return work(store);
      },
      patienceMs,
    );
  } catch (error) {
    const help = 'what was stored before is still there';
    throw fileError(error, { code: 'PC8004', doing: `write the memory store ${file}`, help });
  }
}

/** Replaces or creates the file in one step that a power failure does not undo. */
export async function replaceFile(store: string, bytes: Buffer): Promise<void> {
  const draft = `${store}.new.${randomBytes(8).toString('hex')}`;
  try {
    const handle = await createPrivateFile(draft);
    try {
      await writeAll(handle, bytes, 0);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, store);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  syncFolder(dirname(store));
}

/** Keeps the beginning of a line whose writer was killed beside the store, then cuts it off: it was never acknowledged. */
export async function setTornAside(store: string, { bytes, end }: Log): Promise<string> {
  const aside = `${store}.torn-${Date.now()}`;
  await replaceFile(aside, bytes.subarray(end));
  const handle = await open(store, 'r+');
  try {
    await handle.truncate(end);
  } finally {
    await handle.close();
  }
  return aside;
}

/** A superseded value stays in the file until what is superseded outweighs what is not, by more than this. */
const SLACK_BYTES = 16 * 1024;
const LARGEST_BYTES = 512 * 1024 * 1024;

async function readStore(store: string): Promise<Log | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(store);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  return verifyLog(bytes, store);
}

async function appendLine(store: string, log: Log, line: Buffer): Promise<void> {
  const handle = await open(store, 'r+');
  try {
    await writeAll(handle, line, log.end);
    await handle.datasync();
  } catch (error) {
    await handle.truncate(log.end).catch(() => undefined);
    throw error;
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    written += (await handle.write(bytes, written, bytes.length - written, position + written)).bytesWritten;
  }
}

function checkSize(bytes: number, store: string): void {
  if (bytes <= LARGEST_BYTES) return;
  throw new StoreError(`the memory store ${store} would grow over ${LARGEST_BYTES / 1024 / 1024} MiB`, {
    code: 'PC8007',
    help: 'remove keys, keep less with "keep" and "max", or use another store',
  });
}

/** Removes the unfinished files of writers that were killed. Only the holder of the lock may. */
function sweep(store: string): void {
  const folder = dirname(store);
  sweepLock(`${store}.lock`);
  for (const name of readdirSync(folder)) {
    if (name.startsWith(basename(store)) && DRAFT.test(name.slice(basename(store).length)))
      rmSync(join(folder, name), { force: true });
  }
}

const DRAFT = /^\.new\.[0-9a-f]{16}$/;
