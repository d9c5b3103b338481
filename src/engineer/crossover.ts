import { type Draws, drawsOf, hashText } from '../lib/counted-random.ts';
import type { OptimizeEvent } from './events.ts';
import { mergePrompt } from './merge-prompt.ts';
import { paretoFront } from './pareto.ts';
import { addScore, type Candidate, enter, meanAt, type Pool, TINY, valMean } from './pool.ts';
import { rewrite } from './rewrite.ts';
import { maxCharactersOf, type Search, type SearchOptions } from './task.ts';
import { fingerprint, type Texts } from './texts.ts';

/** Validation rows that decide about a merged candidate, at most. */
const MOST_ROWS = 5;
const PURPOSE = hashText('merge');

interface Pair {
  readonly one: Candidate;
  readonly other: Candidate;
  readonly ancestor: Candidate;
}

/**
 * One candidate out of two of the front that learnt different things: of each text the version that changed since their common
 * ancestor, or both in one where both did. It has to be as good as either where the two disagree.
 */
export async function* crossover(
  search: Search,
  pool: Pool,
  rejected: Set<string>,
  iteration: number,
): AsyncGenerator<OptimizeEvent, Candidate | undefined> {
  const { task, ledger, options, reserve } = search;
  const draws = drawsOf(options.seed, PURPOSE, iteration);
  const pair = drawPair(pool, draws, options.frontier);
  if (pair === undefined || !ledger.fits({ rollouts: MOST_ROWS + reserve, answers: 2 * task.components.length }))
    return undefined;
  const { one, other } = pair;
  const texts = yield* mergedTexts(search, pair, iteration);
  const hash = fingerprint(texts);
  if (rejected.has(hash) || pool.candidates.some((candidate) => candidate.hash === hash)) return undefined;

  const disputed = draws.shuffled([...task.val.keys()]).filter((position) => isDisputed(pair, position));
  const positions = disputed.slice(0, MOST_ROWS);
  if (positions.length === 0) return undefined;
  const rows = positions.flatMap((position) => task.val[position] ?? []);
  const rollouts = yield* ledger.rollouts(texts, rows, 'val');
  const after = sum(rollouts.map(({ score }) => score));
  const before = Math.max(...[one, other].map((parent) => sum(positions.map((position) => meanAt(parent, position) ?? 0))));
  const accepted = after >= before - TINY;
  const spent = ledger.spent.rollouts;
  const parents = [one.id, other.id];
  const ids = rows.map(({ id }) => id);
  yield* ledger.decide({
    type: 'gate',
    iteration,
    origin: 'merge',
    parents,
    texts: hash,
    rows: ids,
    before,
    after,
    accepted,
    spent,
  });
  if (!accepted) {
    rejected.add(hash);
    return undefined;
  }
  const arrival = { texts, origin: 'merge', parents: [one, other], iteration } as const;
  const child = yield* enter(pool, ledger, task.val.length, arrival);
  for (const [index, position] of positions.entries()) addScore(child, position, rollouts[index] ?? { score: 0 });
  return child;
}

function drawPair({ candidates, incumbent }: Pool, draws: Draws, frontier: SearchOptions['frontier']): Pair | undefined {
  if (incumbent === undefined) return undefined;
  const front = [...paretoFront(candidates, incumbent, frontier).keys()];
  const pairs = front.flatMap((one, index) => front.slice(index + 1).flatMap((other) => pairOf(candidates, one, other)));
  return pairs.length === 0 ? undefined : draws.pick(pairs);
}

/** The best of their common ancestors; nothing when one comes from the other. */
function pairOf(candidates: readonly Candidate[], one: Candidate, other: Candidate): Pair[] {
  const [before, beforeOther] = [ancestorsOf(candidates, one), ancestorsOf(candidates, other)];
  if (before.has(other) || beforeOther.has(one)) return [];
  const common = [...before].filter((candidate) => beforeOther.has(candidate));
  const [ancestor] = common.sort((a, b) => valMean(b) - valMean(a) || b.id - a.id);
  return ancestor === undefined ? [] : [{ one, other, ancestor }];
}

function ancestorsOf(candidates: readonly Candidate[], { parents }: Candidate): Set<Candidate> {
  const found = new Set<Candidate>();
  for (const id of parents) {
    const parent = candidates[id];
    if (parent === undefined) continue;
    found.add(parent);
    for (const earlier of ancestorsOf(candidates, parent)) found.add(earlier);
  }
  return found;
}

async function* mergedTexts(
  search: Search,
  { one, other, ancestor }: Pair,
  iteration: number,
): AsyncGenerator<OptimizeEvent, Texts> {
  const { task, ledger, findLeaks } = search;
  const maxCharacters = maxCharactersOf(search);
  const texts: Record<string, string> = { ...one.texts };
  for (const component of task.components) {
    const { id, keep = [] } = component;
    const [text = '', second = '', before = ''] = [one.texts[id], other.texts[id], ancestor.texts[id]];
    if (second === text || second === before) continue;
    texts[id] = second;
    if (text === before) continue;
    const written = yield* rewrite(ledger, {
      key: `${iteration}/${id}/merge`,
      component: id,
      text,
      keep,
      guards: { maxCharacters, findLeaks },
      prompt: (masked) => mergePrompt(component, masked, second, maxCharacters),
    });
    for (const event of written.refused) yield* ledger.decide(event);
    texts[id] = written.text;
  }
  return texts;
}

function isDisputed({ one, other }: Pair, position: number): boolean {
  const [score, second] = [meanAt(one, position), meanAt(other, position)];
  return score !== undefined && second !== undefined && Math.abs(score - second) > TINY;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
