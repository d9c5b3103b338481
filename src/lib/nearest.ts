/**
 * The candidate a misspelt word most likely meant, for "did you mean" hints; undefined when none is close. One slip (a letter
 * changed, missing, added or two swapped) is allowed for every three letters; case and `-` for `_` cost nothing. Only the first
 * thousand candidates are looked at.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length === 0 || word.length > LONGEST) return undefined;
  const wanted = plain(word);
  let limit = Math.max(1, Math.floor(word.length / 3));
  let best: string | undefined;
  let looked = 0;
  for (const candidate of candidates) {
    if (++looked > MOST) break;
    if (Math.abs(candidate.length - word.length) > limit) continue;
    const slips = distance(wanted, plain(candidate), limit);
    if (slips > limit || (best !== undefined && slips === limit)) continue;
    best = candidate;
    limit = slips;
    if (slips === 0) break;
  }
  return best;
}

const LONGEST = 80;
/** Candidates looked at: more names than these are a file made to be slow. */
const MOST = 1_000;

function plain(word: string): string {
  return word.toLowerCase().replaceAll('-', '_');
}

/** Edits between two words, swaps of neighbours counted once; anything above `limit` may come back as `limit + 1`. */
function distance(a: string, b: string, limit: number): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(at(previous, column) + 1, at(current, column - 1) + 1, at(previous, column - 1) + (same ? 0 : 1));
      if (a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) cost = Math.min(cost, at(beforePrevious, column - 2) + 1);
      current.push(cost);
    }
    if (Math.min(...current) > limit) return limit + 1;
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
