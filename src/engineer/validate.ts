import { drawsOf, hashText } from '../lib/counted-random.ts';
import type { OptimizeEvent } from './events.ts';
import { addScore, type Candidate, meanAt, type Pool, pairedDifferences } from './pool.ts';
import type { Search } from './task.ts';

/** Rows that are run before it is asked again whether the rest is worth it. */
const BLOCK = 8;
const PURPOSE = hashText('validation order');

/**
 * Runs a candidate on the validation rows, in blocks, against the incumbent: one that is behind by more than a standard error
 * is not run on the rest. False when the budget ended it.
 */
export async function* validate(search: Search, pool: Pool, candidate: Candidate): AsyncGenerator<OptimizeEvent, boolean> {
  const { task, ledger, options } = search;
  const order = drawsOf(options.seed, PURPOSE, candidate.id).shuffled([...task.val.keys()]);
  const size = pool.incumbent === undefined ? order.length : BLOCK;
  const open = order.filter((position) => meanAt(candidate, position) === undefined);
  for (let done = 0; done < open.length; done += size) {
    const positions = open.slice(done, done + size);
    if (!ledger.fits({ rollouts: positions.length })) return false;
    yield* score(search, candidate, positions, 0);
    if (pool.incumbent !== undefined && isBehind(pairedDifferences(candidate, pool.incumbent))) return true;
  }
  return true;
}

/** Runs a candidate on validation rows once and keeps the scores. */
export async function* score(
  { task, ledger }: Search,
  candidate: Candidate,
  positions: readonly number[],
  repeat: number,
): AsyncGenerator<OptimizeEvent, void> {
  const rows = positions.flatMap((position) => task.val[position] ?? []);
  const rollouts = yield* ledger.rollouts(candidate.texts, rows, 'val', repeat);
  for (const [index, position] of positions.entries()) addScore(candidate, position, rollouts[index] ?? { score: 0 });
}

function isBehind(differences: readonly number[]): boolean {
  const mean = differences.reduce((sum, one) => sum + one, 0) / differences.length;
  const squares = differences.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  const error = Math.sqrt(squares / Math.max(1, differences.length - 1) / differences.length);
  return mean + error < 0;
}
