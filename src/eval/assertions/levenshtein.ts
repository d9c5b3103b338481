import { textOf } from '../../core/json.ts';
import { difference } from './difference.ts';
import type { AssertionKind } from './kind.ts';

export const levenshtein: AssertionKind = {
  summary: 'at most threshold edits (5) away from the value',
  refuse: ({ value }) => (typeof value === 'string' ? undefined : 'needs a text as its value'),
  check({ assertion: { value = '', threshold: most = 5 }, text }) {
    const wanted = textOf(value);
    const edits = distance(wanted, text);
    const because = `${edits} edits away from the value, ${most} are allowed`;
    if (edits <= most) return { holds: true, because };
    return { holds: false, because: `${because}: ${difference(wanted, text)}`, fix: `come closer to ${JSON.stringify(wanted)}` };
  },
};

/** Characters to change, add or remove, in UTF-16 units. */
function distance(a: string, b: string): number {
  let previous = Uint32Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = new Uint32Array(b.length + 1);
    current[0] = row;
    for (let column = 1; column <= b.length; column += 1) {
      const change = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current[column] = Math.min(change, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1);
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
