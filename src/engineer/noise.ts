import { drawsOf, hashText } from '../lib/counted-random.ts';
import type { OptimizeEvent } from './events.ts';
import type { Candidate } from './pool.ts';
import type { Search } from './task.ts';

const ROWS = 5;
const REPEATS = 3;
const PURPOSE = hashText('noise');

/**
 * How much better new texts have to be: as told, or by what chance alone moves the mean of a minibatch, found by running the
 * first texts on a few rows several times. Zero when the budget does not allow that.
 */
export async function* marginOf(search: Search, first: Candidate): AsyncGenerator<OptimizeEvent, number> {
  const { task, options, ledger, reserve } = search;
  const { margin = 0, minibatch, seed } = options;
  if (margin !== 'as noise') return margin;
  const rows = drawsOf(seed, PURPOSE).shuffled(task.train).slice(0, ROWS);
  if (!ledger.fits({ rollouts: rows.length * REPEATS + reserve })) return 0;
  const scores = rows.map((): number[] => []);
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    const rollouts = yield* ledger.rollouts(first.texts, rows, 'train', repeat);
    for (const [index, rollout] of rollouts.entries()) scores[index]?.push(rollout.score);
    if (repeat === 0) for (const [index, row] of rows.entries()) if (rollouts[index]) first.train.set(row.id, rollouts[index]);
  }
  const variance = scores.reduce((sum, own) => sum + varianceOf(own), 0) / Math.max(1, scores.length);
  const found = Math.round(1e6 * Math.sqrt((2 * variance) / minibatch)) / 1e6;
  yield* ledger.decide({ type: 'noise', margin: found, rows: rows.length, repeats: REPEATS, spent: ledger.spent.rollouts });
  return found;
}

function varianceOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
}
