import type { OptimizeEvent } from '../events.ts';
import { addScore, type Candidate, contest, enter, type Pool, TINY, valMean } from '../pool.ts';
import type { Search } from '../task.ts';
import { fingerprint, type Texts } from '../texts.ts';

/** Takes texts into the pool, unless they are in it, and runs them on the validation rows. */
export async function* admitted(
  { task, ledger }: Search,
  pool: Pool,
  texts: Texts,
  parent: Candidate | undefined,
  iteration: number,
): AsyncGenerator<OptimizeEvent, void> {
  const hash = fingerprint(texts);
  if (pool.candidates.some((one) => one.hash === hash)) return;
  const origin = parent === undefined ? 'seed' : 'rewrite';
  const parents = parent === undefined ? [] : [parent];
  const candidate = yield* enter(pool, ledger, task.val.length, { texts, origin, parents, iteration });
  const rollouts = yield* ledger.rollouts(texts, task.val, 'val');
  for (const [position, rollout] of rollouts.entries()) addScore(candidate, position, rollout);
  const best = pool.incumbent;
  if (best === undefined || valMean(candidate) > valMean(best) + TINY) yield* contest(pool, ledger, candidate);
}
