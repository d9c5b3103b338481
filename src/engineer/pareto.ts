import type { Draws } from '../lib/counted-random.ts';
import { type Candidate, estimatedMean, type Tally, TINY } from './pool.ts';
import type { SearchOptions } from './task.ts';

/**
 * The candidates that are best on some validation row (`hybrid`: or on some metric of one), with how many such rows they have. Of those that share all their rows
 * with others, the weakest go first.
 */
export function paretoFront(
  candidates: readonly Candidate[],
  incumbent: Candidate,
  frontier: SearchOptions['frontier'] = 'rows',
): ReadonlyMap<Candidate, number> {
  const metrics = frontier === 'hybrid' ? [...incumbent.metrics.keys()] : [];
  const scores: ((candidate: Candidate) => Candidate['val'])[] = [
    ({ val }) => val,
    ...metrics.map((name) => (candidate: Candidate) => candidate.metrics.get(name) ?? []),
  ];
  const winners = scores
    .flatMap((scoresOf) => incumbent.val.map((_, position) => winnersAt(candidates, (one) => meanOf(scoresOf(one)[position]))))
    .filter((front) => front.length > 0);
  const wins = new Map<Candidate, number>();
  for (const front of winners) for (const candidate of front) wins.set(candidate, (wins.get(candidate) ?? 0) + 1);

  const survivors = new Set(wins.keys());
  const ascending = [...survivors]
    .map((candidate) => ({ candidate, mean: estimatedMean(candidate, incumbent) }))
    .sort((one, other) => one.mean - other.mean || one.candidate.id - other.candidate.id);
  for (const { candidate } of ascending) {
    const needed = winners.some(
      (front) => front.includes(candidate) && !front.some((one) => one !== candidate && survivors.has(one)),
    );
    if (!needed) survivors.delete(candidate);
  }
  return new Map([...wins].filter(([candidate]) => survivors.has(candidate)));
}

function meanOf(tally: Tally | undefined): number | undefined {
  return tally === undefined ? undefined : tally.sum / tally.count;
}

function winnersAt(candidates: readonly Candidate[], meanOn: (candidate: Candidate) => number | undefined): Candidate[] {
  let best = Number.NEGATIVE_INFINITY;
  let winners: Candidate[] = [];
  for (const candidate of candidates) {
    const mean = meanOn(candidate);
    if (mean === undefined || mean < best - TINY) continue;
    if (mean > best + TINY) winners = [];
    best = Math.max(best, mean);
    winners.push(candidate);
  }
  return winners;
}

/** One of the front, more often the more rows it wins. */
export function drawFromFront(front: ReadonlyMap<Candidate, number>, draws: Draws): Candidate | undefined {
  let rest = draws.next() * [...front.values()].reduce((sum, weight) => sum + weight, 0);
  for (const [candidate, weight] of front) {
    rest -= weight;
    if (rest < 0) return candidate;
  }
  return [...front.keys()].at(-1);
}
