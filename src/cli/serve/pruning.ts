import { pruneRuns, RETENTION } from '../../store/prune.ts';
import type { Call } from '../command.ts';
import { runsDir } from '../paths.ts';

/** Removes old journals, once a minute at most: a server ends many runs a second, and each look is at all of them. */
export function createPruning({ paths, io: { clock } }: Pick<Call, 'paths' | 'io'>): () => void {
  let lastMs = Number.NEGATIVE_INFINITY;
  return () => {
    if (clock.elapsed() - lastMs < EVERY_MS) return;
    lastMs = clock.elapsed();
    pruneRuns(runsDir(paths), { ...RETENTION, nowMs: clock.now() });
  };
}

const EVERY_MS = 60_000;
