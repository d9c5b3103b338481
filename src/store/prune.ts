import { statSync } from 'node:fs';
import { discardJournal, journalFile, runIds } from './run-files.ts';

/**
 * Keeps the newest journals only, so that the folder does not grow for ever: about `runs` of them and `bytes` in all. One
 * written to in the last hour stays, its run may still be going, and so does what cannot be removed. Returns how many were
 * removed.
 *
 * For the end of every run: it looks at the files only when they are a tenth too many, or their number is a multiple of 25.
 */
export function pruneRuns(dir: string, { runs, bytes, nowMs }: { runs: number; bytes: number; nowMs: number }): number {
  const ids = idsIn(dir);
  if (ids.length < runs * 1.1 && ids.length % 25 > 0) return 0;
  const journals = ids.flatMap((id) => {
    const file = journalFile(dir, id);
    const stats = statSync(file, { throwIfNoEntry: false });
    return stats === undefined ? [] : [{ file, size: stats.size, mtimeMs: stats.mtimeMs }];
  });
  journals.sort((a, b) => b.mtimeMs - a.mtimeMs);
  let kept = 0;
  let total = 0;
  let removed = 0;
  for (const { file, size, mtimeMs } of journals) {
    kept += 1;
    total += size;
    if ((kept <= runs && total <= bytes) || nowMs - mtimeMs < HOUR_MS) continue;
    try {
      discardJournal(file);
      removed += 1;
    } catch {
      // The next run tries again; a run that went well does not fail of this.
    }
  }
  return removed;
}

/** What `promptchain run` keeps. */
export const RETENTION = { runs: 1000, bytes: 1024 * 1024 * 1024 };

function idsIn(dir: string): readonly string[] {
  try {
    return runIds(dir);
  } catch {
    return [];
  }
}

const HOUR_MS = 60 * 60 * 1000;
