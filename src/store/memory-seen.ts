import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { errnoOf } from '../lib/file-cause.ts';
import { type Log, verifyLog } from './memory-log.ts';

/** A store as this process has seen it: what was read and verified once is not read again while the file only grows. */
export interface Seen {
  /** The store as it is; undefined when there is no file. Throws as `verifyLog` does, and what the system throws. */
  look(path: string): Log | undefined;
}

/**
 * Looks without waiting: what there is to read is mostly a line or two, which takes a fraction of the time that a busy process
 * keeps a request to the system waiting behind its writes.
 */
export function createSeen(): Seen {
  let known: Known | undefined;
  return {
    look(path) {
      const file = openIfThere(path);
      if (file === undefined) return undefined;
      try {
        const now = sightOf(file);
        const same = known?.ino === now.ino && known.dev === now.dev ? known : undefined;
        if (same !== undefined && isAsKnown(same, now)) return same.log;
        known = { ...((same && grown(file, same, now, path)) ?? whole(file, path)), ...now };
        return known.log;
      } finally {
        closeSync(file);
      }
    },
  };
}

/** Two writes within so long may leave the same time. */
const COARSE_MS = 50;
/** A byte that somebody damages while others write is found within this. */
const VERIFY_EVERY_MS = 1000;

/** What the system tells of a file. */
interface Sight {
  readonly ino: bigint;
  readonly dev: bigint;
  readonly ctimeNs: bigint;
  /** It had not been written to for a while: had it been changed since, its time would tell. */
  readonly isSettled: boolean;
  readonly size: number;
}

interface Verified {
  readonly log: Log;
  /** When all of it was. */
  readonly verifiedMs: number;
  /** Ours, and longer than the log: what is added to the file goes behind it, so that nothing is copied most times. */
  readonly room: Buffer | undefined;
}

type Known = Sight & Verified;

function sightOf(file: number): Sight {
  const { ino, dev, ctimeNs, size } = fstatSync(file, { bigint: true });
  return { ino, dev, ctimeNs, isSettled: Number(ctimeNs / 1_000_000n) < Date.now() - COARSE_MS, size: Number(size) };
}

/** Nothing was written since. While the time of the file cannot tell, comparing it now and then must do. */
function isAsKnown(known: Known, now: Sight): boolean {
  if (known.ctimeNs !== now.ctimeNs || known.size !== now.size) return false;
  return known.isSettled || (known.log.torn === 0 && !now.isSettled && !isDue(known));
}

function isDue({ verifiedMs }: Verified): boolean {
  return performance.now() - verifiedMs > VERIFY_EVERY_MS;
}

function whole(file: number, path: string): Verified {
  return { log: verifyLog(readFileSync(file), path), room: undefined, verifiedMs: performance.now() };
}

/** What is known and what was added to it; undefined when it is not as simple as that, and all of the file must be looked at. */
function grown(file: number, known: Known, now: Sight, path: string): Verified | undefined {
  const { log } = known;
  const { size } = now;
  const isLonger = size > log.end;
  if (log.torn > 0 || (!isLonger && (size < log.end || known.ctimeNs !== now.ctimeNs))) return undefined;
  const mustHold = !isLonger || isDue(known);
  if (mustHold && !holdsStill(file, log)) return undefined;
  const verifiedMs = mustHold ? performance.now() : known.verifiedMs;
  if (!isLonger) return { ...known, verifiedMs };
  const room = known.room !== undefined && known.room.length >= size ? known.room : roomFor(log, size);
  for (let at = log.end; at < size; ) {
    const count = readSync(file, room, at, size - at, at);
    if (count === 0) return undefined;
    at += count;
  }
  try {
    return { log: verifyLog(room.subarray(0, size), path, log), room, verifiedMs };
  } catch {
    return undefined;
  }
}

/** The file still begins with what was verified: compared piece by piece, so that a large store is not held twice. */
function holdsStill(file: number, { bytes, end }: Log): boolean {
  const piece = Buffer.allocUnsafe(Math.min(end, PIECE_BYTES));
  for (let at = 0; at < end; ) {
    const count = readSync(file, piece, 0, Math.min(piece.length, end - at), at);
    if (count === 0 || bytes.compare(piece, 0, count, at, at + count) !== 0) return false;
    at += count;
  }
  return true;
}

const PIECE_BYTES = 256 * 1024;

function roomFor({ bytes }: Log, size: number): Buffer {
  const room = Buffer.allocUnsafeSlow(Math.ceil(size * 1.5) + 4096);
  bytes.copy(room);
  return room;
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
