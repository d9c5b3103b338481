import type { ReportData, Score } from './data.ts';

/** The verdict in a sentence: what may be said, and how sure it is. */
export function verdictLine({ verdict, test, fixed, broken, ended, status, regressed, testUses }: ReportData): string {
  if (status === 'unfinished') return `not finished: ${ended ?? 'it was cut off'}`;
  if (verdict === 'in-sample only' || test === null)
    return 'in-sample only: too few rows to keep some unseen, so nothing is claimed about others';
  const change = `${signed(test.difference)} [${signed(test.low)}, ${signed(test.high)}] on ${test.rows} unseen rows, p = ${pValue(test.p)}`;
  const notes = [
    ...(regressed.length === 0 ? [] : [`worse in ${regressed.join(', ')}`]),
    ...(testUses > 1 ? [`these rows decide for the ${ordinal(testUses)} time, so they are not quite unseen`] : []),
  ];
  return [`${verdict}: ${change}`, `${fixed.length} rows better, ${broken.length} worse`, ...notes].join('; ');
}

function ordinal(count: number): string {
  return ['', 'first', 'second', 'third'][count] ?? `${count}th`;
}

export function signed(value: number, digits = 3): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
}

function pValue(p: number): string {
  return p < 0.0001 ? '0.0001 or less' : p.toFixed(4);
}

export function interval({ mean, low, high }: Score): string {
  return `${mean.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

/** What each split is good for. */
export const SPLIT_NOTES = {
  train: 'learnt from',
  val: 'chosen by: optimistic',
  test: 'unseen',
} as const;

/** First and best texts side by side, what counts most at the top. */
export function pairedScores(scores: readonly Score[]): readonly Score[] {
  return (['test', 'val', 'train'] as const).flatMap((split) => scores.filter((score) => score.split === split));
}

const BARS = '▁▂▃▄▅▆▇█';

/** The best mean over what was spent, a character for each part of the budget. */
export function sparkline({ curve, spent }: ReportData, width = 32): string {
  const total = Math.max(1, spent.rollouts.train + spent.rollouts.val);
  const means = Array.from({ length: width }, (_, index) => {
    const at = ((index + 1) / width) * total;
    return curve.findLast((point) => point.spent <= at)?.mean;
  });
  return means.map((mean) => (mean === undefined ? ' ' : (BARS[Math.min(7, Math.floor(mean * 8))] ?? ' '))).join('');
}

/** The command to go on with. */
export function nextCommand({ name, verdict, status }: ReportData): string {
  if (status === 'unfinished') return `promptchain engineer resume ${name}`;
  return verdict === 'improved' ? `promptchain engineer apply ${name}` : `promptchain engineer show ${name}`;
}
