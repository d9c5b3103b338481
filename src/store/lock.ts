import { linkSync, readdirSync, readFileSync, statSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '../core/errors.ts';
import { errnoOf } from '../lib/file-cause.ts';
import { writePrivateFile } from './private-file.ts';
import { livenessOf, ownIdentity, type ProcessIdentity, parseIdentity } from './process-identity.ts';

/**
 * Runs `work` while this process alone holds the lock file at `path`, and removes it after.
 *
 * The file appears with its content in one step (a link to a finished temporary file), so its holder can always be read. It is
 * taken from a holder only when that very process is dead, never because it is old. Throws `StoreError` (PC8005) when one and
 * the same holder keeps it for `patienceMs`.
 */
export async function withLock<T>(path: string, work: () => Promise<T>, patienceMs: number = PATIENCE_MS): Promise<T> {
  await acquire(path, patienceMs, 0);
  try {
    return await work();
  } finally {
    remove(path);
  }
}

/** True unless the lock at `path` is free or its holder is certainly dead. */
export function isLocked(path: string): boolean {
  const holder = holderOf(path);
  return holder !== undefined && (holder.identity === undefined || livenessOf(holder.identity) !== 'dead');
}

/** Removes what processes that died have left of their tries for the lock at `path`. For its holder to call. */
export function sweepLock(path: string): void {
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`)) continue;
    if (LEFTOVER.test(name.slice(basename(path).length)) && isLitter(join(dirname(path), name)))
      remove(join(dirname(path), name));
  }
}

const PATIENCE_MS = 20_000;
/** A lock whose content cannot be read is being created, on a file system without links, or was cut off by a power failure. */
const UNREADABLE_MS = 2_000;
const DEEPEST = 4;
/** Drafts, and the locks and drafts of burials. */
const LEFTOVER = /^(\.dead-[0-9a-f-]+)*(\.\d+\.[0-9a-f]+)?$/;

interface Holder {
  readonly identity?: ProcessIdentity;
  /** Differs between any two locks at the same path. */
  readonly id: string;
}

async function acquire(path: string, patienceMs: number, depth: number): Promise<void> {
  const own = ownIdentity();
  const draft = `${path}.${own.pid}.${own.nonce}`;
  const text = JSON.stringify(own);
  try {
    writePrivateFile(draft, text);
    let seen = { id: '', sinceMs: 0 };
    while (!claim(path, draft, text)) {
      const holder = holderOf(path);
      if (holder === undefined) continue;
      if (holder.id !== seen.id) seen = { id: holder.id, sinceMs: performance.now() };
      const waitedMs = performance.now() - seen.sinceMs;
      if (isDead(holder, waitedMs) && depth < DEEPEST) {
        await bury(path, holder, patienceMs, depth);
        continue;
      }
      if (waitedMs > patienceMs) throw busy(path, holder, patienceMs);
      await sleep(SHORTEST_WAIT_MS + Math.random() * Math.min(LONGEST_WAIT_MS, SHORTEST_WAIT_MS + waitedMs / 4));
    }
  } finally {
    remove(draft);
  }
}

const SHORTEST_WAIT_MS = 1;
const LONGEST_WAIT_MS = 25;

function claim(path: string, draft: string, text: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    const errno = errnoOf(error) ?? '';
    // A network file system may have made the link and lost the answer.
    if (errno === 'EEXIST') return (statSync(draft, { throwIfNoEntry: false })?.nlink ?? 1) > 1;
    if (errno === 'ENOENT') return redraft(draft, text);
    if (!NO_LINKS.has(errno)) throw error;
  }
  try {
    writePrivateFile(path, text);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Another machine took our draft for litter: a process of ours is none of theirs. */
function redraft(draft: string, text: string): false {
  writePrivateFile(draft, text);
  return false;
}

/** What `link` fails with where the file system has none (FAT, some network shares). */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOSYS', 'EOPNOTSUPP', 'ENOTSUP']);

function holderOf(path: string): Holder | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    const identity = parseIdentity(text);
    if (identity !== undefined) return { identity, id: identity.nonce };
    const { ino, mtimeMs } = statSync(path);
    return { id: `${ino.toString(16)}-${Math.trunc(mtimeMs).toString(16)}` };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** A draft whose writer died before it was written is known by the pid in its name. */
function isLitter(file: string): boolean {
  const identity = holderOf(file)?.identity;
  const pid = Number(/\.(\d+)\.[0-9a-f]+$/.exec(file)?.[1]);
  if (identity !== undefined) return livenessOf(identity) === 'dead';
  return pid > 0 && livenessOf({ ...ownIdentity(), pid, started: '' }) === 'dead';
}

function isDead(holder: Holder, waitedMs: number): boolean {
  return holder.identity === undefined ? waitedMs > UNREADABLE_MS : livenessOf(holder.identity) === 'dead';
}

/**
 * Removes a dead holder's lock. Two processes may judge the same lock dead, and the slower one must not remove the lock that
 * the quicker one has made since: so the right to bury is itself a lock, named after the dead holder, and who has it looks again.
 */
async function bury(path: string, dead: Holder, patienceMs: number, depth: number): Promise<void> {
  const grave = `${path}.dead-${dead.id}`;
  await acquire(grave, patienceMs, depth + 1);
  try {
    if (holderOf(path)?.id === dead.id) remove(path);
  } finally {
    remove(grave);
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

function busy(path: string, { identity }: Holder, patienceMs: number): StoreError {
  const who = identity === undefined ? 'another process' : `process ${identity.pid} on ${identity.machine.split(' ')[0]}`;
  return new StoreError(`the memory store is in use: ${who} has kept ${path} for ${Math.round(patienceMs / 1000)} seconds`, {
    code: 'PC8005',
    help: 'wait for that process or end it; if it runs on no machine or container that shares this folder, delete that file',
  });
}
