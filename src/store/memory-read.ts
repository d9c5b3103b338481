import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { Failure } from '../core/errors.ts';
import { fileError } from './file-error.ts';
import { isLocked } from './lock.ts';
import { emptyLog, type Log } from './memory-log.ts';
import type { Seen } from './memory-seen.ts';
import { targetOf } from './private-file.ts';

/**
 * The store as it is, without a lock. A reader may come upon a line that is being written, or written over a cut-off one; so
 * what looks damaged or cut off is only believed when it stays the same while nobody writes.
 */
export async function readLog(file: string, seen: Seen): Promise<Log> {
  let before = '';
  for (let attempt = 0; ; attempt++) {
    const found = looked(file, seen);
    if (found === undefined) return emptyLog();
    if (!(found instanceof Failure) && found.torn === 0) return found;
    const bytes = await readFile(file).catch(() => Buffer.alloc(0));
    const now = `${bytes.length} ${crc32(bytes)}`;
    if (attempt >= MOST_ATTEMPTS || (now === before && !isLocked(`${targetOf(file)}.lock`))) {
      if (found instanceof Failure) throw found;
      return found;
    }
    before = now;
    await sleep(BETWEEN_ATTEMPTS_MS);
  }
}

/** A line of 1 MB is written in a few milliseconds; a writer that is stopped in the middle keeps readers for a second at most. */
const BETWEEN_ATTEMPTS_MS = 10;
const MOST_ATTEMPTS = 100;

function looked(file: string, seen: Seen): Log | Failure | undefined {
  try {
    return seen.look(file);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw fileError(error, { code: 'PC8003', doing: `read the memory store ${file}` });
  }
}
