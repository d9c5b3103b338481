import { compareScores } from '../../engineer/significance.ts';

/** What the judge said of one input. */
export interface RowVerdict {
  readonly id: string;
  /** Votes won, by contender: those in which both orders named it. */
  readonly wins: readonly number[];
  readonly votes: number;
}

export interface Standing {
  readonly name: string;
  /** Mean share of the votes won, with its 95 % interval. */
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** Who is better beyond chance. */
export interface Standings {
  /** With two: whether the second is. With more: whether one is better than the runner-up. */
  readonly verdict: 'improved' | 'worse' | 'best found' | 'no significant difference';
  readonly contenders: readonly Standing[];
  /** The one with most votes. */
  readonly best: string;
  /** Of the second over the first, or of the best over the runner-up. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  /** With more than two, times the number of pairs: the best was not named beforehand. */
  readonly p: number;
}

export function standingsOf(names: readonly string[], rows: readonly RowVerdict[]): Standings {
  const sharesOf = (contender: number) => rows.map(({ wins, votes }) => (wins[contender] ?? 0) / votes);
  const none = rows.map(() => 0);
  const contenders = names.map((name, index): Standing => {
    const { after: share, low, high } = compareScores(none, sharesOf(index), 0);
    return { name, share, low, high };
  });
  const ranked = [...names.keys()].sort((a, b) => (contenders[b]?.share ?? 0) - (contenders[a]?.share ?? 0) || a - b);
  const [first = 0, second = 1] = ranked;
  const best = names[first] ?? '';
  if (names.length === 2) {
    const { verdict, difference, low, high, p } = compareScores(sharesOf(0), sharesOf(1), 0);
    const told = verdict === 'improved' || verdict === 'worse' ? verdict : 'no significant difference';
    return { verdict: told, contenders, best, difference, low, high, p };
  }
  const { difference, low, high, p } = compareScores(sharesOf(second), sharesOf(first), 0);
  const corrected = Math.min(1, (p * names.length * (names.length - 1)) / 2);
  const isBest = corrected < SIGNIFICANT && low > 0;
  return { verdict: isBest ? 'best found' : 'no significant difference', contenders, best, difference, low, high, p: corrected };
}

const SIGNIFICANT = 0.05;
