import { byCategory, regressions } from './categories.ts';
import { gepa } from './compared/gepa.ts';
import { opro } from './compared/opro.ts';
import { randomRewrites } from './compared/random-rewrites.ts';
import { apartFromDemos } from './demos.ts';
import type { OptimizeEvent } from './events.ts';
import { leakFinder } from './leaks.ts';
import { type Budget, type Ledger, openLedger, Paused, type Prices } from './ledger.ts';
import { type Candidate, isCovered, type Pool, valMean } from './pool.ts';
import type { Ports } from './ports.ts';
import { reflect } from './reflect.ts';
import { compareScores, type Verdict } from './significance.ts';
import { DEFAULTS, type Outcome, type Search, type SearchOptions, type Task } from './task.ts';
import { score } from './validate.ts';

export interface OptimizeOptions {
  readonly task: Task;
  readonly ports: Ports;
  readonly budget: Budget;
  readonly prices: Prices;
  readonly concurrency: number;
  readonly signal: AbortSignal;
  readonly algorithm?: Algorithm;
  readonly search?: Partial<SearchOptions>;
  /** Says why the run should end before its time. */
  readonly stopping?: () => string | undefined;
  /** The record of the run so far, to go on with it. */
  readonly record?: Iterable<OptimizeEvent>;
}

/** An algorithm that looks for better texts within the budget. */
export interface Algorithm {
  readonly name: string;
  readonly search: (search: Search) => AsyncGenerator<OptimizeEvent, Outcome>;
  /** Has a part of the budget for looking at the two best again. */
  readonly confirms: boolean;
}

const REFLECT: Algorithm = { name: 'reflect', search: reflect, confirms: true };

/** By the name a user gives them; the first is the default. */
export const ALGORITHMS: readonly Algorithm[] = [
  REFLECT,
  { name: 'gepa-compat', search: gepa, confirms: false },
  { name: 'opro', search: opro, confirms: false },
  { name: 'random', search: randomRewrites, confirms: false },
];

/** Rollouts of the budget that may be kept for looking at the two best again. */
const CONFIRM_SHARE = 0.15;

/**
 * A whole optimisation: the search, a second look at the two best, and the test on rows that nobody has seen. A pure function
 * of the task and of what the ports answer: neither concurrency nor a run cut in two changes a decision.
 */
export async function* optimize(options: OptimizeOptions): AsyncGenerator<OptimizeEvent, void> {
  const { task, budget } = options;
  const algorithm = options.algorithm ?? REFLECT;
  const samples = options.search?.samples ?? 1;
  const ledger = openLedger({ ...options, samples, record: options.record ?? [] });
  const known = [...Object.values(task.texts), task.background ?? ''];
  const rows = { train: task.train.length, val: task.val.length, test: task.test.length };
  const confirm = 2 * rows.val;
  const reserve = algorithm.confirms && samples * confirm <= CONFIRM_SHARE * budget.rollouts ? confirm : 0;
  const findLeaks = apartFromDemos(leakFinder(task.train, known));
  const search: Search = { task, options: { ...DEFAULTS, ...options.search }, ledger, findLeaks, reserve };
  try {
    yield* ledger.decide({
      type: 'started',
      algorithm: algorithm.name,
      seed: search.options.seed,
      rollouts: budget.rollouts,
      rows,
    });
    const { pool, reason } = yield* algorithm.search(search);
    yield* ledger.decide({ type: 'stopped', reason, spent: ledger.spent.rollouts, answers: ledger.spent.answers });
    if (pool.incumbent === undefined) return;
    const best = reserve > 0 ? yield* confirmed(search, pool) : pool.incumbent;
    yield* ledger.decide({ type: 'chosen', id: best.id, mean: valMean(best) });
    yield* sealedTest(search, ledger, best);
  } catch (error) {
    if (!(error instanceof Paused)) throw error;
    yield { type: 'paused', reason: error.message };
  }
}

/** The two best by their validation scores, run once more: what was lucky is luckless now. */
async function* confirmed(search: Search, pool: Pool): AsyncGenerator<OptimizeEvent, Candidate> {
  const positions = [...search.task.val.keys()];
  const incumbent = pool.incumbent as Candidate;
  const ranked = pool.candidates.filter(isCovered).sort((one, other) => valMean(other) - valMean(one) || other.id - one.id);
  const others = ranked.filter((candidate) => candidate !== incumbent).slice(0, 1);
  if (others.length === 0 || !search.ledger.fits({ rollouts: 2 * positions.length })) return incumbent;
  let best = incumbent;
  for (const candidate of [incumbent, ...others]) {
    yield* score(search, candidate, positions, 1);
    if (valMean(candidate) > valMean(best)) best = candidate;
  }
  return best;
}

/** First and best texts on the test rows, whose scores nothing before has depended on. */
async function* sealedTest({ task, options }: Search, ledger: Ledger, best: Candidate): AsyncGenerator<OptimizeEvent, void> {
  const [before, after] = [
    yield* ledger.rollouts(task.texts, task.test, 'test'),
    yield* ledger.rollouts(best.texts, task.test, 'test'),
  ].map((rollouts) => rollouts.map(({ score }) => score));
  const [old = [], now = []] = [before, after];
  const compared = compareScores(old, now, options.seed);
  const regressed = regressions(task.test, old, now, options.mustNotRegress ?? []);
  const tested = compared.verdict === 'improved' && regressed.length > 0 ? 'no significant gain' : compared.verdict;
  const verdict: Verdict = { ...compared, verdict: task.test.length === 0 ? 'in-sample only' : tested };
  const categories = byCategory(task.test, old, now, options.seed);
  yield* ledger.decide({ type: 'verdict', id: best.id, verdict, categories, regressed });
}
