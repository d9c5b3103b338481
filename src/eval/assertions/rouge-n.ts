import { textOf } from '../../core/json.ts';
import { countsOf, sharedCount } from './counts.ts';
import type { AssertionKind } from './kind.ts';

export const rougeN: AssertionKind = {
  summary: 'words shared with the value: ROUGE-1 of at least threshold (0.75)',
  refuse: ({ value }) => (typeof value === 'string' ? undefined : 'needs a text as its value'),
  async check({ assertion: { value = '', threshold = 0.75 }, text }) {
    const { treeBankTokenize } = await import('js-rouge');
    const score = rougeOf(treeBankTokenize(textOf(value).toLowerCase()), treeBankTokenize(text.toLowerCase()));
    const because = `ROUGE-1 is ${score.toFixed(2)}, the threshold ${threshold}`;
    return { holds: score >= threshold, score, because, fix: `use more of the words of ${JSON.stringify(value)}` };
  },
};

/** The harmonic mean of how many words of each are in the other. */
function rougeOf(wanted: readonly string[], got: readonly string[]): number {
  const shared = sharedCount(countsOf(wanted), countsOf(got));
  return shared === 0 ? 0 : (2 * shared) / (wanted.length + got.length);
}
