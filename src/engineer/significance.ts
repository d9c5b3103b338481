import { type Draws, drawsOf, hashText } from '../lib/counted-random.ts';

/** What may be said about two sets of scores on the same rows. */
export interface Verdict {
  readonly verdict: 'improved' | 'no significant gain' | 'worse' | 'in-sample only';
  readonly rows: number;
  /** Mean scores. */
  readonly before: number;
  readonly after: number;
  readonly difference: number;
  /** 95 % interval of the difference. */
  readonly low: number;
  readonly high: number;
  /** Chance of a gain this large when there is none. */
  readonly p: number;
  /** Positions of the rows that got better, and of those that got worse. */
  readonly fixed: readonly number[];
  readonly broken: readonly number[];
}

const SIGNIFICANT = 0.05;
const RESAMPLES = 2_000;
const PERMUTATIONS = 10_000;
/** Up to so many rows that differ, every pattern of signs is looked at. */
const MOST_EXACT = 12;
const INTERVAL = hashText('interval');
const SIGNS = hashText('signs');

/** Compares two chains by the scores each row got, in the same order. `seed` makes the draws of the two tests repeatable. */
export function compareScores(before: readonly number[], after: readonly number[], seed: number): Verdict {
  const differences = before.map((score, index) => (after[index] ?? 0) - score);
  const difference = mean(differences);
  const [low, high] = bootstrapInterval(differences, drawsOf(seed, INTERVAL));
  const p = signFlip(differences, drawsOf(seed, SIGNS));
  const pOfLoss = signFlip(
    differences.map((one) => -one),
    drawsOf(seed, SIGNS),
  );
  const improved = p < SIGNIFICANT && low > 0;
  const worse = pOfLoss < SIGNIFICANT && high < 0;
  const positionsWhere = (check: (one: number) => boolean) => differences.flatMap((one, index) => (check(one) ? [index] : []));
  return {
    verdict: improved ? 'improved' : worse ? 'worse' : 'no significant gain',
    rows: differences.length,
    before: mean(before),
    after: mean(after),
    difference,
    low,
    high,
    p,
    fixed: positionsWhere((one) => one > 0),
    broken: positionsWhere((one) => one < 0),
  };
}

/** One-sided: how often random signs give a sum at least as large. */
function signFlip(differences: readonly number[], draws: Draws): number {
  const moved = differences.filter((one) => one !== 0);
  const observed = sum(moved) - 1e-12;
  if (moved.length <= MOST_EXACT) {
    const patterns = 2 ** moved.length;
    let hits = 0;
    for (let pattern = 0; pattern < patterns; pattern += 1) {
      const flipped = moved.reduce((total, one, bit) => total + ((pattern >> bit) & 1 ? -one : one), 0);
      if (flipped >= observed) hits += 1;
    }
    return hits / patterns;
  }
  let hits = 0;
  for (let round = 0; round < PERMUTATIONS; round += 1) {
    let total = 0;
    for (const one of moved) total += draws.next() < 0.5 ? one : -one;
    if (total >= observed) hits += 1;
  }
  return (hits + 1) / (PERMUTATIONS + 1);
}

function bootstrapInterval(differences: readonly number[], draws: Draws): [number, number] {
  if (differences.length === 0) return [0, 0];
  const means = Array.from({ length: RESAMPLES }, () => {
    let total = 0;
    for (let index = 0; index < differences.length; index += 1) total += differences[draws.below(differences.length)] ?? 0;
    return total / differences.length;
  }).sort((one, other) => one - other);
  const at = (share: number) => means[Math.min(RESAMPLES - 1, Math.floor(share * RESAMPLES))] ?? 0;
  return [at(0.025), at(0.975)];
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
