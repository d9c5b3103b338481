import type { OptimizeEvent, Origin } from './events.ts';
import type { Ledger } from './ledger.ts';
import type { Rollout } from './ports.ts';
import { fingerprint, type Texts } from './texts.ts';

/** Texts that a search holds on to, with what is known of them. */
export interface Candidate {
  readonly id: number;
  readonly parents: readonly number[];
  readonly origin: Origin;
  readonly texts: Texts;
  readonly hash: string;
  /** Components that differ from the first parent. */
  readonly changed: readonly string[];
  /** By position of the validation row; undefined where it was not run. */
  readonly val: (Tally | undefined)[];
  /** The same of each metric. */
  readonly metrics: Map<string, (Tally | undefined)[]>;
  /** By id of the training row. */
  readonly train: Map<string, Rollout>;
  /** How often training rows were run that were run more than once: their result is the last one. */
  readonly runs: Map<string, number>;
}

export interface Tally {
  readonly sum: number;
  readonly count: number;
}

/** All candidates of a search in the order they came, and the best so far. */
export interface Pool {
  readonly candidates: Candidate[];
  incumbent: Candidate | undefined;
}

interface Arrival {
  readonly texts: Texts;
  readonly origin: Origin;
  readonly parents: readonly Candidate[];
  readonly iteration: number;
  readonly train?: ReadonlyMap<string, Rollout>;
}

export function* enter(pool: Pool, ledger: Ledger, valRows: number, arrival: Arrival): Generator<OptimizeEvent, Candidate> {
  const { texts, origin, iteration } = arrival;
  const [first] = arrival.parents;
  const candidate: Candidate = {
    id: pool.candidates.length,
    parents: arrival.parents.map(({ id }) => id),
    origin,
    texts,
    hash: fingerprint(texts),
    changed: first === undefined ? [] : Object.keys(texts).filter((id) => texts[id] !== first.texts[id]),
    val: new Array<Tally | undefined>(valRows).fill(undefined),
    metrics: new Map(),
    train: new Map(arrival.train),
    runs: new Map(),
  };
  pool.candidates.push(candidate);
  const { id, parents, hash, changed } = candidate;
  const spent = ledger.spent.rollouts;
  yield* ledger.decide({ type: 'candidate', id, iteration, origin, parents, texts, hash, changed, spent });
  return candidate;
}

export function addScore(
  candidate: Candidate,
  position: number,
  { score, metrics = {} }: Pick<Rollout, 'score' | 'metrics'>,
): void {
  addTo(candidate.val, position, score);
  for (const [name, value] of Object.entries(metrics)) {
    const own = candidate.metrics.get(name) ?? new Array<Tally | undefined>(candidate.val.length).fill(undefined);
    candidate.metrics.set(name, own);
    addTo(own, position, value);
  }
}

function addTo(tallies: (Tally | undefined)[], position: number, value: number): void {
  const tally = tallies[position];
  tallies[position] = { sum: (tally?.sum ?? 0) + value, count: (tally?.count ?? 0) + 1 };
}

export function meanAt({ val }: Candidate, position: number): number | undefined {
  const tally = val[position];
  return tally === undefined ? undefined : tally.sum / tally.count;
}

export function isCovered({ val }: Candidate): boolean {
  return !val.includes(undefined);
}

/** The mean over the validation rows it was run on. */
export function valMean({ val }: Candidate): number {
  const means = val.flatMap((tally) => (tally === undefined ? [] : [tally.sum / tally.count]));
  return means.reduce((sum, mean) => sum + mean, 0) / means.length;
}

/**
 * Of a candidate that was not run on every row: the incumbent's mean, plus how much better it is on the rows both were run
 * on, less a penalty for what is unknown.
 */
export function estimatedMean(candidate: Candidate, incumbent: Candidate): number {
  if (isCovered(candidate)) return valMean(candidate);
  const differences = pairedDifferences(candidate, incumbent);
  if (differences.length === 0) return Number.NEGATIVE_INFINITY;
  const mean = differences.reduce((sum, one) => sum + one, 0) / differences.length;
  const uncovered = candidate.val.filter((tally) => tally === undefined).length / candidate.val.length;
  return valMean(incumbent) + mean - 0.5 * uncovered;
}

export function pairedDifferences(candidate: Candidate, other: Candidate): number[] {
  return candidate.val.flatMap((_, position) => {
    const [one, two] = [meanAt(candidate, position), meanAt(other, position)];
    return one === undefined || two === undefined ? [] : [one - two];
  });
}

/** Makes the candidate the incumbent if its mean over all rows is at least as good: of equals the newest is taken. */
export function* contest(pool: Pool, ledger: Ledger, candidate: Candidate): Generator<OptimizeEvent, boolean> {
  if (!isCovered(candidate)) return false;
  const mean = valMean(candidate);
  if (pool.incumbent !== undefined && mean < valMean(pool.incumbent) - TINY) return false;
  pool.incumbent = candidate;
  yield* ledger.decide({ type: 'incumbent', id: candidate.id, mean, spent: ledger.spent.rollouts });
  return true;
}

/** Sums of the same scores in another order may differ by this much. */
export const TINY = 1e-9;
