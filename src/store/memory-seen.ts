import { type FileHandle, open } from 'node:fs/promises';
import { errnoOf } from '../lib/file-cause.ts';
import { type Log, verifyLog } from './memory-log.ts';

/** A store as this process has seen it: what was read and verified once is not read again while the file only grows. */
export interface Seen {
  /** The store as it is; undefined when there is no file. Throws as `verifyLog` does, and what the system throws. */
  look(path: string): Promise<Log | undefined>;
}

export function createSeen(): Seen {
  let known: Known | undefined;
  return {
    async look(path) {
      const handle = await openIfThere(path);
      if (handle === undefined) return undefined;
      try {
        const { ino, dev, ctimeNs, size } = await handle.stat({ bigint: true });
        const same = known?.ino === ino && known.dev === dev ? known : undefined;
        if (same?.isSettled && same.ctimeNs === ctimeNs && same.log.bytes.length === Number(size)) return same.log;
        const isSettled = Number(ctimeNs / 1_000_000n) < Date.now() - COARSE_MS;
        known = (same && (await grown(handle, same, Number(size), path))) ?? {
          log: verifyLog(await handle.readFile(), path),
          room: undefined,
          ino,
          dev,
          ctimeNs,
          isSettled,
          verifiedMs: performance.now(),
        };
        known = { ...known, ctimeNs, isSettled };
        return known.log;
      } finally {
        await handle.close();
      }
    },
  };
}

/** Two writes within so long may leave the same time. */
const COARSE_MS = 50;
/** A byte that somebody damages while others write is found within this. */
const VERIFY_EVERY_MS = 1000;

interface Known {
  readonly ino: bigint;
  readonly dev: bigint;
  readonly ctimeNs: bigint;
  /** It had not been written to for a while: had it been changed since, its time would tell. */
  readonly isSettled: boolean;
  readonly log: Log;
  /** When all of it was. */
  readonly verifiedMs: number;
  /** Ours, and longer than the log: what is added to the file goes behind it, so that nothing is copied most times. */
  readonly room: Buffer | undefined;
}

/** What is known and what was added to it; undefined when it is not as simple as that, and all of the file must be looked at. */
async function grown(handle: FileHandle, known: Known, size: number, path: string): Promise<Known | undefined> {
  const { log } = known;
  if (log.torn > 0 || size <= log.end || performance.now() - known.verifiedMs > VERIFY_EVERY_MS) return undefined;
  const room = known.room !== undefined && known.room.length >= size ? known.room : roomFor(log, size);
  for (let at = log.end; at < size; ) {
    const { bytesRead } = await handle.read(room, at, size - at, at);
    if (bytesRead === 0) return undefined;
    at += bytesRead;
  }
  try {
    return { ...known, log: verifyLog(room.subarray(0, size), path, log), room };
  } catch {
    return undefined;
  }
}

function roomFor({ bytes }: Log, size: number): Buffer {
  const room = Buffer.allocUnsafeSlow(Math.ceil(size * 1.5) + 4096);
  bytes.copy(room);
  return room;
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
