/** Which of two was better, by a judge that did not know which was which. */
export type Win = 'old' | 'new' | 'tie';

/** Asks the judge once; `sample` tells repeated questions apart. */
export type AskJudge<E> = (prompt: string, sample: number) => AsyncGenerator<E, string>;

export interface Pair {
  readonly old: string;
  readonly new: string;
}

/**
 * Lets a judge decide between two in both orders. It counts only if both say the same, since judges favour a place: one that
 * always says "first" decides nothing.
 */
export async function* duel<E>(
  pair: Pair,
  ask: AskJudge<E>,
  question: (first: string, second: string) => string,
  sample: number,
): AsyncGenerator<E, Win> {
  const straight = readChoice(yield* ask(question(pair.old, pair.new), sample));
  const swapped = readChoice(yield* ask(question(pair.new, pair.old), sample));
  if (straight === 'first' && swapped === 'second') return 'old';
  if (straight === 'second' && swapped === 'first') return 'new';
  return 'tie';
}

export const CHOICE_FORMAT =
  'Answer with a sentence of reason, then on a line of its own: WINNER: first, WINNER: second or WINNER: tie.';

function readChoice(answer: string): string {
  return [...answer.matchAll(/^\W*WINNER:\W*(first|second|tie)\b/gim)].at(-1)?.[1]?.toLowerCase() ?? 'tie';
}

/** The chance of so many wins or more among what was decided, if both were equally good. */
export function signTest(wins: number, losses: number): number {
  const decided = wins + losses;
  let p = 0;
  let ways = 1;
  for (let count = decided; count >= wins; count -= 1) {
    p += ways / 2 ** decided;
    ways = (ways * count) / (decided - count + 1);
  }
  return Math.min(1, p);
}
