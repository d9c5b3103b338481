/** The sentences of a text in any script, without the marks of lists and headings; a line's end ends a sentence. */
export function sentencesOf(text: string): readonly string[] {
  const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
  const lines = text
    .split(/\n{2,}|\n(?=\s*(?:[-*•#>]|\d+[.)])\s)/)
    .map((line) => line.replace(/^\s*(?:[-*•#>]+|\d+[.)])\s+/, ''));
  return lines
    .flatMap((line) => [...segmenter.segment(line.replace(/\s+/g, ' '))].map(({ segment }) => segment.trim()))
    .filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}

export interface Picking {
  readonly sentences: number | undefined;
  readonly limit: { readonly count: number; readonly unit: 'words' | 'characters' } | undefined;
}

/**
 * The sentences whose words the text repeats most, in the order of the text. The first one has an advantage, because texts
 * begin with what they are about. Without a number it is a third of them, five at most.
 */
export function pickSentences(sentences: readonly string[], { sentences: wanted, limit }: Picking): readonly string[] {
  const words = sentences.map(wordsOf);
  const frequency = new Map<string, number>();
  for (const word of words.flat()) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  const ranked = words
    .map((own, index) => ({ index, score: scoreOf(own, frequency) * (index === 0 ? 1.5 : 1) }))
    .sort((a, b) => b.score - a.score || a.index - b.index);
  const count = wanted ?? Math.max(1, Math.min(5, Math.ceil(sentences.length / 3)));
  const chosen: number[] = [];
  let size = 0;
  for (const { index } of ranked) {
    if (chosen.length === count) break;
    const added = sizeOf(sentences[index] ?? '', limit?.unit);
    if (limit !== undefined && size + added > limit.count) continue;
    chosen.push(index);
    size += added;
  }
  return chosen.sort((a, b) => a - b).map((index) => sentences[index] ?? '');
}

/** Words that say nothing of a text's subject; single letters count among them. */
const COMMON = new Set(
  'the and for are but not you all any can had her was one our out has his how its may who did get him let she too use that with have this will your from they know want been were said each which their time would there what about when make like than them then these into just over also more some such only other very'.split(
    ' ',
  ),
);

function wordsOf(sentence: string): readonly string[] {
  const segmenter = new Intl.Segmenter('en', { granularity: 'word' });
  return [...segmenter.segment(sentence.toLowerCase())]
    .filter(
      ({ isWordLike, segment }) =>
        isWordLike === true && (segment.length > 2 || /[^\p{Script=Latin}]/u.test(segment)) && !COMMON.has(segment),
    )
    .map(({ segment }) => segment);
}

/** The mean weight of a sentence's words; a very short one is marked down, or a heading would win. */
function scoreOf(words: readonly string[], frequency: ReadonlyMap<string, number>): number {
  if (words.length === 0) return 0;
  const sum = words.reduce((total, word) => total + (frequency.get(word) ?? 0), 0);
  return (sum / words.length) * Math.min(1, words.length / 6);
}

function sizeOf(sentence: string, unit: 'words' | 'characters' | undefined): number {
  return unit === 'words' ? sentence.split(' ').length : sentence.length + 1;
}
