import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { StoreError } from '../core/errors.ts';
import type { CommitOptions, MemoryChange } from '../core/memory.ts';
import { fileError } from './file-error.ts';
import { sweepLock, withLock } from './lock.ts';
import { decodeLine, encodeLine, HEADER } from './memory-line.ts';
import { linesIn, withAdded } from './memory-lines.ts';
import { emptyLog, type Log } from './memory-log.ts';
import { type Before, type Plan, planCommit } from './memory-plan.ts';
import type { Seen } from './memory-seen.ts';
import { applyLine, encodeState, replay, type State } from './memory-state.ts';
import { createPrivateFile, makePrivateFolder, syncFolder, targetOf } from './private-file.ts';

/** How long one other process may keep the store before we give up, in milliseconds. */
export interface Patience {
  readonly patienceMs?: number | undefined;
}

/** Changes of one namespace that belong together. */
export interface Commit {
  readonly namespace: string;
  readonly changes: readonly MemoryChange[];
  readonly options: CommitOptions;
}

/**
 * Of each commit all changes or none, on disk when it resolves: with as many as have come in the meantime the disk is waited
 * for once. Tells for each why it was refused, or undefined; rejects when nothing could be written.
 */
export function commitAll(file: string, commits: readonly Commit[], patience: Patience, seen: Seen): Promise<unknown[]> {
  return exclusively(file, patience, async (store) => {
    const found = seen.look(store);
    const draft = createDraft(found ?? emptyLog());
    const refusals = commits.map(({ namespace, changes, options }) => {
      try {
        draft.add(planCommit(draft, namespace, changes, options), store);
        return undefined;
      } catch (error) {
        return error;
      }
    });
    const { added, end, live } = draft;
    if (added.length === 0) return refusals;
    if (found === undefined) await replaceFile(store, Buffer.concat([HEADER, ...added]));
    else {
      if (found.torn > 0) await setTornAside(store, found);
      if (end <= 2 * live + SLACK_BYTES) {
        await appendLines(store, found, Buffer.concat(added));
        seen.look(store);
      } else await replaceFile(store, encodeState(stateAfter(found, added)));
    }
    return refusals;
  });
}

/** A store with lines that are not written yet, so that the next one can be worked out. */
interface Draft extends Before {
  readonly added: readonly Buffer[];
  /** Where the file would end. */
  readonly end: number;
  add(plan: Plan, store: string): void;
}

function createDraft(found: Log): Draft {
  const added: Buffer[] = [];
  const lines = withAdded(linesIn(found), added);
  let { end, sum, live } = found;
  return {
    added,
    lines,
    get end() {
      return end;
    },
    get live() {
      return live;
    },
    add(plan, store) {
      if (plan.entries.length === 0) return;
      const line = encodeLine(plan.entries, sum, plan.live);
      checkSize(end + line.length, store);
      added.push(line);
      end += line.length;
      sum = crc32(line, sum);
      live = plan.live;
    },
  };
}

function stateAfter(log: Log, added: readonly Buffer[]): State {
  const state = replay(log);
  for (const line of added) applyLine(state, decodeLine(line));
  return state;
}

/** Lets `edit` change the whole state and writes it anew: nothing of what was there before is left in the file. */
export function rewrite<T>(file: string, patience: Patience, seen: Seen, edit: (state: State) => T): Promise<T> {
  return exclusively(file, patience, async (store) => {
    const found = seen.look(store);
    const log = found ?? emptyLog();
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

async function appendLines(store: string, log: Log, lines: Buffer): Promise<void> {
  const handle = await open(store, 'r+');
  try {
    await writeAll(handle, lines, log.end);
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
