import { textOf } from '../../core/json.ts';
import { type Counts, countsOf, sharedCount } from './counts.ts';
import type { AssertionKind } from './kind.ts';

export const bleu: AssertionKind = {
  summary: 'like one of the values in runs of up to four words: BLEU of at least threshold (0.5)',
  refuse({ value }) {
    const texts = Array.isArray(value) ? value : [value];
    return texts.length > 0 && texts.every((text) => typeof text === 'string')
      ? undefined
      : 'needs a text, or a list of texts, as its value';
  },
  check({ assertion: { value = '', threshold = 0.5 }, text }) {
    const references = (Array.isArray(value) ? value : [value]).map((each) => wordsOf(textOf(each)));
    const score = bleuOf(wordsOf(text), references);
    const because = `BLEU is ${score.toFixed(4)}, the threshold ${threshold}`;
    return { holds: score >= threshold, score, because, fix: `come closer to the words of ${JSON.stringify(value)}` };
  },
};

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().trim().split(/\s+/);
}

/** Papineni et al. 2002: runs of 1 to 4 words weighted alike, those longer than the output left out; a precision of 0 counts as 1e-7. */
function bleuOf(words: readonly string[], references: readonly (readonly string[])[]): number {
  if (words.join('') === '') return 0;
  const longest = Math.min(4, words.length);
  let logarithms = 0;
  for (let length = 1; length <= longest; length += 1)
    logarithms += Math.log(precision(words, references, length) || 1e-7) / longest;
  const far = (length: number): number => Math.abs(length - words.length);
  const [closest = 0] = references.map(({ length }) => length).toSorted((a, b) => far(a) - far(b) || a - b);
  const brevity = words.length > closest ? 1 : Math.exp(1 - closest / words.length);
  return brevity * Math.exp(logarithms);
}

/** The share of the runs of words that some reference has as well, each as often as it is there. */
function precision(words: readonly string[], references: readonly (readonly string[])[], length: number): number {
  const own = runsOf(words, length);
  return Math.max(...references.map((reference) => sharedCount(own, runsOf(reference, length)))) / (words.length - length + 1);
}

function runsOf(words: readonly string[], length: number): Counts {
  const last = words.length - length;
  return countsOf(Array.from({ length: Math.max(0, last + 1) }, (_, start) => words.slice(start, start + length).join(' ')));
}
