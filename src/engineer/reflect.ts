import { drawsOf, hashText } from '../lib/counted-random.ts';
import { crossover } from './crossover.ts';
import { withOtherDemos } from './demos.ts';
import type { OptimizeEvent, Origin, StopReason } from './events.ts';
import { findFailures, isFailure, type Lessons, verified } from './failures.ts';
import { marginOf } from './noise.ts';
import { drawFromFront, paretoFront } from './pareto.ts';
import { type Candidate, contest, enter, type Pool, TINY, valMean } from './pool.ts';
import type { Rollout } from './ports.ts';
import { answersFor, propose } from './propose.ts';
import type { Row } from './row.ts';
import type { Outcome, Search } from './task.ts';
import { fingerprint, type Texts } from './texts.ts';
import { validate } from './validate.ts';

/** The mean at which the first texts leave nothing to learn. */
const SATURATED = 0.98;
/** The best means from which failures are run a second and a third time: the better the texts, the more failures are chance. */
const VERIFIED_FROM = [0.6, 0.85];
/** Parents in a row without a failure to learn from. */
const MOST_STUCK = 50;
const MOST_MERGES = 5;
const PARENT = hashText('parent');
const ROWS = hashText('rows');
const DEMOS = hashText('demos');
/** The share of proposals that are about examples. */
const DEMO_SHARE = 0.35;

interface State {
  readonly pool: Pool;
  /** Questions in a row before a gate, at most. */
  length: number;
  /** Fingerprints of texts that were refused. */
  readonly rejected: Set<string>;
  readonly tried: Map<string, string[]>;
  merges: number;
  /** A candidate came in the last iteration: the time for a merge. */
  fresh: boolean;
  /** By how much new texts have to be better on average. */
  margin: number;
  /** Proposals since the incumbent changed. */
  idle: number;
  stuck: number;
}

/**
 * The search for better texts: learn from failures in a chain of questions, hold the result against its parent on the very
 * rows that were shown, and choose among what passes by the validation rows.
 */
export async function* reflect(search: Search): AsyncGenerator<OptimizeEvent, Outcome> {
  const { task, options, ledger } = search;
  const pool: Pool = { candidates: [], incumbent: undefined };
  const state: State = {
    pool,
    length: options.chain,
    rejected: new Set(),
    tried: new Map(),
    merges: mergesOf(search),
    fresh: false,
    margin: 0,
    idle: 0,
    stuck: 0,
  };
  const seed = yield* enter(pool, ledger, task.val.length, { texts: task.texts, origin: 'seed', parents: [], iteration: 0 });
  if (!(yield* validate(search, pool, seed))) return { pool, reason: 'budget' };
  yield* contest(pool, ledger, seed);
  if (valMean(seed) >= SATURATED) return { pool, reason: 'saturated' };

  state.margin = yield* marginOf(search, seed);

  for (let iteration = 1; ; iteration += 1) {
    const reason = reasonToStop(search, state) ?? (yield* step(search, state, iteration));
    if (reason !== undefined) return { pool, reason };
  }
}

function reasonToStop({ options, ledger, reserve }: Search, { pool, idle, stuck }: State): StopReason | undefined {
  const best = pool.incumbent === undefined ? 0 : valMean(pool.incumbent);
  if (options.target !== undefined && best >= options.target) return 'target';
  if (idle >= options.patience) return 'patience';
  if (stuck >= MOST_STUCK) return 'train exhausted';
  if (ledger.left() - reserve < options.minibatch + 1) return 'budget';
  return undefined;
}

async function* step(search: Search, state: State, iteration: number): AsyncGenerator<OptimizeEvent, StopReason | undefined> {
  const { options, ledger, reserve } = search;
  if (state.fresh && state.merges > 0) {
    state.fresh = false;
    const merged = yield* crossover(search, state.pool, state.rejected, iteration);
    if (merged !== undefined) {
      state.merges -= 1;
      return yield* admit(search, state, merged);
    }
  }
  const before = ledger.spent.rollouts;
  const parent = parentOf(search, state, iteration);
  const lessons = yield* gather(search, state, parent, iteration);
  if (lessons === undefined) return 'budget';
  const { failures, passes } = lessons;
  if (failures.length === 0) {
    state.stuck = ledger.spent.rollouts > before ? 0 : state.stuck + 1;
    return undefined;
  }
  state.stuck = 0;
  const chunks = chunksOf(failures, options.minibatch);
  if (!ledger.fits({ rollouts: failures.length + passes.length + reserve, answers: answersFor(search, chunks.length) }))
    return 'budget';
  state.idle += 1;
  const withDemos = demosFor(search, parent, lessons, iteration);
  if (withDemos !== undefined) {
    const rows = [...failures, ...passes];
    const child = yield* gate(search, state, { iteration, parent, texts: withDemos, rows, origin: 'demos' });
    return child === undefined ? undefined : yield* admit(search, state, child);
  }
  const proposal = yield* propose(search, { iteration, parent, chunks, passes, tried: state.tried });
  state.length = Math.max(1, state.length - 1);

  const whole = yield* gate(search, state, { iteration, parent, texts: proposal.texts, rows: [...failures, ...passes] });
  if (whole !== undefined) state.length = Math.min(options.chain, state.length + 1);
  const first = chunks.length > 1 ? (chunks[0] ?? []) : [];
  const rows = [...first, ...passes];
  const child =
    whole ??
    (first.length > 0 && ledger.fits({ rollouts: rows.length + reserve })
      ? yield* gate(search, state, { iteration, parent, texts: proposal.first, rows })
      : undefined);
  if (child === undefined) return undefined;
  return yield* admit(search, state, child);
}

/** Some proposals change the examples in a prompt instead of its words, where examples are wanted. */
function demosFor(search: Search, parent: Candidate, lessons: Lessons, iteration: number): Texts | undefined {
  const { demos = 0, seed } = search.options;
  if (demos === 0) return undefined;
  const draws = drawsOf(seed, DEMOS, iteration);
  return draws.next() < DEMO_SHARE ? withOtherDemos(search, parent, lessons, draws) : undefined;
}

async function* admit(search: Search, state: State, child: Candidate): AsyncGenerator<OptimizeEvent, StopReason | undefined> {
  const done = yield* validate(search, state.pool, child);
  state.fresh = true;
  if (yield* contest(state.pool, search.ledger, child)) state.idle = 0;
  return done ? undefined : 'budget';
}

function mergesOf({ task, options }: Search): number {
  return options.merges ?? (task.components.length > 1 ? MOST_MERGES : 0);
}

function parentOf({ options }: Search, { pool }: State, iteration: number): Candidate {
  const draws = drawsOf(options.seed, PARENT, iteration);
  const incumbent = pool.incumbent as Candidate;
  const isBest = draws.next() < 0.5;
  if (options.select === 'best' || (isBest && options.select !== 'pareto')) return incumbent;
  return drawFromFront(paretoFront(pool.candidates, incumbent, options.frontier), draws) ?? incumbent;
}

async function* gather(
  search: Search,
  state: State,
  parent: Candidate,
  iteration: number,
): AsyncGenerator<OptimizeEvent, Lessons | undefined> {
  const { options, ledger, reserve } = search;
  const want = options.minibatch * state.length;
  const room = ledger.left() - reserve;
  if (room < want + 1) return undefined;
  const draws = drawsOf(options.seed, ROWS, iteration);
  const look = Math.min(2 * options.minibatch + want, room - want - 1);
  const lessons = yield* findFailures(search, parent, { want, fresh: state.length, look }, draws);
  for (const row of lessons.failures) remember(state, row, parent.train.get(row.id));
  const best = state.pool.incumbent === undefined ? 0 : valMean(state.pool.incumbent);
  const times = 1 + VERIFIED_FROM.filter((mean) => best >= mean).length;
  return yield* verified(search, parent, lessons, times);
}

interface Trial {
  readonly iteration: number;
  readonly parent: Candidate;
  readonly texts: Texts;
  readonly rows: readonly Row[];
  readonly origin?: Origin;
}

/** The new texts against the parent's, on the same rows: better in sum, or nothing. */
async function* gate(search: Search, state: State, trial: Trial): AsyncGenerator<OptimizeEvent, Candidate | undefined> {
  const { task, ledger, options } = search;
  const { iteration, parent, texts, rows, origin = 'reflect' } = trial;
  const hash = fingerprint(texts);
  if (state.rejected.has(hash) || state.pool.candidates.some((one) => one.hash === hash)) return undefined;
  const rollouts = yield* ledger.rollouts(texts, rows, 'train');
  const after = sum(rollouts.map(({ score }) => score));
  const before = sum(rows.map(({ id }) => parent.train.get(id)?.score ?? 0));
  const least = before + state.margin * rows.length;
  const accepted = options.takesEqual === true ? after >= least - TINY : after > least + TINY;
  const spent = ledger.spent.rollouts;
  const ids = rows.map(({ id }) => id);
  yield* ledger.decide({
    type: 'gate',
    iteration,
    origin,
    parents: [parent.id],
    texts: hash,
    rows: ids,
    before,
    after,
    accepted,
    spent,
  });
  if (!accepted) {
    state.rejected.add(hash);
    for (const [index, row] of rows.entries()) remember(state, row, rollouts[index]);
    return undefined;
  }
  const train = new Map(rows.map((row, index) => [row.id, rollouts[index] as Rollout]));
  return yield* enter(state.pool, ledger, task.val.length, { texts, origin, parents: [parent], iteration, train });
}

function remember({ tried }: State, { id }: Row, rollout: Rollout | undefined): void {
  if (rollout === undefined || !isFailure(rollout)) return;
  const answers = tried.get(id) ?? [];
  if (!answers.includes(rollout.output)) tried.set(id, [...answers, rollout.output]);
}

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
