import type { Draws } from '../lib/counted-random.ts';
import type { OptimizeEvent } from './events.ts';
import type { Candidate } from './pool.ts';
import { TINY } from './pool.ts';
import type { Rollout } from './ports.ts';
import type { Row } from './row.ts';
import type { Search } from './task.ts';

/** Rows to learn from: those a candidate failed on, and one it passed. */
export interface Lessons {
  readonly failures: readonly Row[];
  readonly passes: readonly Row[];
}

export function isFailure({ score }: Rollout): boolean {
  return score < 1 - TINY;
}

/**
 * Looks for `want` failures of a candidate. What is known costs nothing, so most come from there; the rest from rows it was
 * not run on yet, as many at a time as are missing. Rows are looked at in random order.
 */
export async function* findFailures(
  search: Search,
  candidate: Candidate,
  { want, fresh, look }: { readonly want: number; readonly fresh: number; readonly look: number },
  draws: Draws,
): AsyncGenerator<OptimizeEvent, Lessons> {
  const { task, ledger } = search;
  const order = draws.shuffled(task.train);
  const resultOf = ({ id }: Row) => candidate.train.get(id);
  const known = order.filter((row) => isKnown(resultOf(row), isFailure));
  const unseen = order.filter((row) => resultOf(row) === undefined);
  const failures = known.slice(0, want - fresh);

  for (let looked = 0; failures.length < want && looked < look && looked < unseen.length; ) {
    const rows = unseen.slice(looked, looked + Math.min(want - failures.length, look - looked));
    if (!ledger.fits({ rollouts: rows.length })) break;
    const rollouts = yield* ledger.rollouts(candidate.texts, rows, 'train');
    for (const [index, row] of rows.entries()) {
      const rollout = rollouts[index] as Rollout;
      candidate.train.set(row.id, rollout);
      if (isFailure(rollout)) failures.push(row);
    }
    looked += rows.length;
  }
  failures.push(...known.slice(want - fresh, want - fresh + want - failures.length));
  const passes = order.filter((row) => isKnown(resultOf(row), (rollout) => !isFailure(rollout))).slice(0, 1);
  return { failures, passes };
}

/**
 * Runs the failures again, until each has failed `times` times in a row or passed: nobody learns from chance, and texts that
 * are held against unlucky results seem better than they are.
 */
export async function* verified(
  { ledger, reserve }: Search,
  candidate: Candidate,
  lessons: Lessons,
  times: number,
): AsyncGenerator<OptimizeEvent, Lessons> {
  let { failures } = lessons;
  for (let run = 1; run < times; run += 1) {
    const open = failures.filter(({ id }) => (candidate.runs.get(id) ?? 1) <= run);
    const gate = failures.length + lessons.passes.length;
    if (!ledger.fits({ rollouts: open.length + gate + reserve })) break;
    const rollouts = yield* ledger.rollouts(candidate.texts, open, 'train', run);
    for (const [index, { id }] of open.entries()) {
      candidate.runs.set(id, run + 1);
      candidate.train.set(id, rollouts[index] as Rollout);
    }
    failures = failures.filter(({ id }) => isKnown(candidate.train.get(id), isFailure));
  }
  return { failures, passes: lessons.passes };
}

function isKnown(rollout: Rollout | undefined, check: (rollout: Rollout) => boolean): boolean {
  return rollout !== undefined && check(rollout);
}
