import type { Row } from './row.ts';
import { compareScores } from './significance.ts';

/** What became of the rows of one category. */
export interface CategoryResult {
  readonly category: string;
  readonly rows: number;
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

/** Rows below which a category says nothing on its own. */
const LEAST_ROWS = 8;
/** A category that must not get worse may lose so much. */
const TOLERATED = 0.02;

/** The change of each category that has enough rows, by `metadata.category`. */
export function byCategory(
  rows: readonly Row[],
  before: readonly number[],
  after: readonly number[],
  seed: number,
): CategoryResult[] {
  return [...positionsByCategory(rows)]
    .filter(([, positions]) => positions.length >= LEAST_ROWS)
    .map(([category, positions]) => {
      const of = (scores: readonly number[]) => positions.map((position) => scores[position] ?? 0);
      const { difference, low, high } = compareScores(of(before), of(after), seed);
      return { category, rows: positions.length, difference, low, high };
    });
}

/** The categories that got worse though they must not, however few rows they have. */
export function regressions(
  rows: readonly Row[],
  before: readonly number[],
  after: readonly number[],
  kept: readonly string[],
): string[] {
  const positions = positionsByCategory(rows);
  return kept.filter((category) => {
    const own = positions.get(category) ?? [];
    const lost = own.reduce((sum, position) => sum + (before[position] ?? 0) - (after[position] ?? 0), 0);
    return lost / Math.max(1, own.length) > TOLERATED;
  });
}

function positionsByCategory(rows: readonly Row[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const [position, { metadata }] of rows.entries()) {
    const category = metadata?.['category'];
    if (typeof category === 'string') found.set(category, [...(found.get(category) ?? []), position]);
  }
  return found;
}
