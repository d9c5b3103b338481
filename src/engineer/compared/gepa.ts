import { drawsOf, hashText } from '../../lib/counted-random.ts';
import type { OptimizeEvent } from '../events.ts';
import { isFailure } from '../failures.ts';
import { drawFromFront, paretoFront } from '../pareto.ts';
import { addScore, type Candidate, contest, enter, type Pool, TINY, valMean } from '../pool.ts';
import type { Rollout } from '../ports.ts';
import { reflectionPrompt } from '../reflection-prompt.ts';
import type { Row } from '../row.ts';
import type { Outcome, Search } from '../task.ts';
import { fingerprint } from '../texts.ts';
import { freshRollouts } from './fresh-rollouts.ts';
import { plainRewrite } from './plain-rewrite.ts';

const EPOCH = hashText('epoch');
const PARENT = hashText('gepa parent');

/**
 * The published algorithm GEPA with its defaults, for comparison: a parent from the Pareto front, three rows of an epoch, one
 * component in turn, one question, and all validation rows for whatever does better on the three. Every run of a row is a new
 * draw. Its budget is hard here.
 */
export async function* gepa(search: Search): AsyncGenerator<OptimizeEvent, Outcome> {
  const { task, options, ledger } = search;
  const { components } = task;
  const pool: Pool = { candidates: [], incumbent: undefined };
  const runs = new Map<string, number>();
  const turns = new Map<Candidate, number>();
  const size = options.minibatch;
  const seed = yield* enter(pool, ledger, task.val.length, { texts: task.texts, origin: 'seed', parents: [], iteration: 0 });
  if (!ledger.fits({ rollouts: task.val.length })) return { pool, reason: 'budget' };
  yield* validateWhole(search, runs, seed);
  yield* contest(pool, ledger, seed);

  for (let iteration = 1; ; iteration += 1) {
    if (!ledger.fits({ rollouts: 2 * size, answers: 2 })) return { pool, reason: 'budget' };
    const front = paretoFront(pool.candidates, pool.incumbent ?? seed);
    const parent = drawFromFront(front, drawsOf(options.seed, PARENT, iteration)) ?? seed;
    const rows = epochRows(task.train, size, iteration - 1, options.seed);
    const before = yield* freshRollouts(search, runs, parent.texts, rows);
    if (!before.some(isFailure)) continue;

    const turn = turns.get(parent) ?? 0;
    const component = components[turn % components.length];
    if (component === undefined) return { pool, reason: 'budget' };
    turns.set(parent, turn + 1);
    const text = yield* plainRewrite(search, component, {
      key: `${iteration}/${component.id}`,
      text: parent.texts[component.id] ?? '',
      prompt: (masked) =>
        reflectionPrompt({
          component,
          steps: task.steps,
          text: masked.text,
          failures: rows.flatMap((row, index) => (before[index] === undefined ? [] : [{ row, rollout: before[index] }])),
          passes: [],
          maxCharacters: 100_000,
        }),
    });
    const texts = { ...parent.texts, [component.id]: text };
    const after = yield* freshRollouts(search, runs, texts, rows);
    const [sumBefore, sumAfter] = [sum(before), sum(after)];
    const accepted = sumAfter > sumBefore + TINY;
    yield* ledger.decide({
      type: 'gate',
      iteration,
      origin: 'reflect',
      parents: [parent.id],
      texts: fingerprint(texts),
      rows: rows.map(({ id }) => id),
      before: sumBefore,
      after: sumAfter,
      accepted,
      spent: ledger.spent.rollouts,
    });
    if (!accepted) continue;
    if (!ledger.fits({ rollouts: task.val.length })) return { pool, reason: 'budget' };
    const child = yield* enter(pool, ledger, task.val.length, { texts, origin: 'reflect', parents: [parent], iteration });
    turns.set(child, turn + 1);
    yield* validateWhole(search, runs, child);
    if (pool.incumbent === undefined || valMean(child) > valMean(pool.incumbent) + TINY) yield* contest(pool, ledger, child);
  }
}

/** All rows in random order, epoch after epoch, filled up to whole minibatches from the beginning of the epoch. */
function epochRows(rows: readonly Row[], size: number, batch: number, seed: number): Row[] {
  const perEpoch = Math.ceil(rows.length / size);
  const order = drawsOf(seed, EPOCH, Math.floor(batch / perEpoch)).shuffled(rows);
  const start = (batch % perEpoch) * size;
  return Array.from({ length: size }, (_, index) => order[(start + index) % order.length]).filter((row) => row !== undefined);
}

async function* validateWhole(
  { task, ledger }: Search,
  runs: Map<string, number>,
  candidate: Candidate,
): AsyncGenerator<OptimizeEvent, void> {
  const key = `${candidate.hash} val`;
  const repeat = runs.get(key) ?? 0;
  runs.set(key, repeat + 1);
  const rollouts = yield* ledger.rollouts(candidate.texts, task.val, 'val', repeat);
  for (const [position, rollout] of rollouts.entries()) addScore(candidate, position, rollout);
}

function sum(rollouts: readonly Rollout[]): number {
  return rollouts.reduce((total, { score }) => total + score, 0);
}
