import type { SplitName } from './events.ts';

/** What a budget can be expected to do, said before anything is spent. */
export interface Plan {
  /** Rollouts below which a search hardly begins: the first texts and three candidates. */
  readonly floor: number;
  readonly recommended: number;
  /** Rollouts of the sealed test, which come on top of the budget. */
  readonly test: number;
  /** How likely the test is to show a gain of that size. */
  readonly power: readonly { readonly gain: number; readonly chance: number }[];
}

/** Candidates that a search needs at least, and how many validation rounds are worth paying for. */
const LEAST_CANDIDATES = 3;
const ROUNDS = 15;
/** A gain of the mean, with the spread of its rows' differences as measured: large gains come from rows that differ much. */
const GAINS = [
  { gain: 0.07, spread: 0.29 },
  { gain: 0.13, spread: 0.32 },
  { gain: 0.2, spread: 0.38 },
];
/** Of a one-sided test at 5 %. */
const CRITICAL = 1.645;

export function planOf(rows: Readonly<Record<SplitName, number>>, minibatch: number, samples = 1): Plan {
  return {
    floor: samples * (rows.val + LEAST_CANDIDATES * (2 * minibatch + rows.val)),
    recommended: samples * ROUNDS * rows.val,
    test: samples * 2 * rows.test,
    power: GAINS.map(({ gain, spread }) => ({ gain, chance: below((gain * Math.sqrt(rows.test)) / spread - CRITICAL) })),
  };
}

/** The share of a normal distribution below a value; wrong by less than .0001. */
function below(value: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(value));
  const tail =
    0.3989423 *
    Math.exp((-value * value) / 2) *
    t *
    (0.3193815 + t * (-0.3565638 + t * (1.781478 + t * (-1.821256 + t * 1.330274))));
  return value > 0 ? 1 - tail : tail;
}
