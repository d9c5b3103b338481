import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Json } from '../core/json.ts';
import { makePrivateFolder, writePrivateFile } from './private-file.ts';

/**
 * Answers by the hash of what was asked: a file each, put in place whole, so that any number of processes can read and write
 * without a lock. A file that is damaged is as good as none.
 */
export interface AnswerStore {
  /** Undefined when there is none, or none that is new enough. */
  read(key: string, maxAgeMs: number | undefined): Json | undefined;
  /** Throws when the file system refuses. */
  write(key: string, answer: Json): void;
  /** Removes the longest unused until the rest is within `bytes`. */
  prune(bytes: number): void;
}

/** `key` is hex. */
export function openAnswers(dir: string, now: () => number): AnswerStore {
  const fileOf = (key: string): string => join(dir, key.slice(0, 2), `${key}.json`);
  return {
    read(key, maxAgeMs) {
      const file = fileOf(key);
      const entry = entryIn(file);
      if (entry === undefined || (maxAgeMs !== undefined && now() - entry.at > maxAgeMs)) return undefined;
      try {
        utimesSync(file, now() / 1000, now() / 1000);
      } catch {
        // Only the order in which answers are given up suffers.
      }
      return entry.answer;
    },
    write(key, answer) {
      const file = fileOf(key);
      makePrivateFolder(dirname(file));
      const temporary = `${file}.${process.pid}.${randomBytes(4).toString('hex')}${TEMPORARY}`;
      writePrivateFile(temporary, JSON.stringify({ v: VERSION, at: now(), sum: sumOf(answer), answer }));
      renameSync(temporary, file);
    },
    prune(bytes) {
      const files = filesIn(dir).sort((a, b) => b.mtimeMs - a.mtimeMs);
      let total = 0;
      for (const { file, size, mtimeMs } of files) {
        const isLitter = file.endsWith(TEMPORARY) && now() - mtimeMs > HOUR_MS;
        total += size;
        if (isLitter || total > bytes) rmSync(file, { force: true });
      }
    },
  };
}

const VERSION = 1;
const TEMPORARY = '.tmp';
const HOUR_MS = 60 * 60 * 1000;

/** What a disk cache of answers may hold in all. */
export const LARGEST_CACHE = 256 * 1024 * 1024;

function entryIn(file: string): { readonly at: number; readonly answer: Json } | undefined {
  try {
    const { v, at, sum, answer } = JSON.parse(readFileSync(file, 'utf8'));
    return v === VERSION && typeof at === 'number' && answer !== undefined && sum === sumOf(answer) ? { at, answer } : undefined;
  } catch {
    return undefined;
  }
}

function sumOf(answer: Json): string {
  return createHash('sha256').update(JSON.stringify(answer)).digest('hex');
}

function filesIn(dir: string): { readonly file: string; readonly size: number; readonly mtimeMs: number }[] {
  return namesIn(dir).flatMap((folder) =>
    namesIn(join(dir, folder)).flatMap((name) => {
      const file = join(dir, folder, name);
      const stats = statSync(file, { throwIfNoEntry: false });
      return stats?.isFile() ? [{ file, size: stats.size, mtimeMs: stats.mtimeMs }] : [];
    }),
  );
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
