import type { CandidateEvent, DecisionEvent, OptimizeEvent, VerdictEvent } from '../../src/engineer/events.ts';
import { type Algorithm, optimize } from '../../src/engineer/optimize.ts';
import type { Ports } from '../../src/engineer/ports.ts';
import type { SearchOptions } from '../../src/engineer/task.ts';
import { familyOf } from './family.ts';
import { type Play, playOf } from './ports.ts';

export interface WorldRun {
  readonly family: string;
  readonly seed: number;
  readonly rollouts: number;
  readonly algorithm?: Algorithm;
  /** The rows tell their right answers. */
  readonly answers?: boolean;
  /** Rows of the sealed test. */
  readonly test?: number;
  readonly search?: Partial<SearchOptions>;
  readonly concurrency?: number;
  /** Stands between the optimiser and the world. */
  readonly through?: (ports: Ports) => Ports;
  readonly record?: readonly OptimizeEvent[];
  readonly stopping?: () => string | undefined;
}

/** An optimisation in a world, as a stream. */
export function optimizeIn(play: Play, run: WorldRun): AsyncGenerator<OptimizeEvent, void> {
  const { through = (ports: Ports) => ports, test = 0 } = run;
  return optimize({
    task: { ...play.task, test: play.task.test.slice(0, test) },
    ports: through(play.ports),
    budget: { rollouts: run.rollouts },
    prices: { callsPerRollout: play.task.steps.length },
    concurrency: run.concurrency ?? 8,
    signal: new AbortController().signal,
    search: { seed: run.seed, ...run.search },
    ...(run.algorithm === undefined ? {} : { algorithm: run.algorithm }),
    ...(run.record === undefined ? {} : { record: run.record }),
    ...(run.stopping === undefined ? {} : { stopping: run.stopping }),
  });
}

export interface WorldResult {
  /** Share of the achievable gain that the chosen texts have in truth. */
  readonly gap: number;
  /** What the chosen texts gain in truth. */
  readonly gain: number;
  /** Validation mean less the truth, of the chosen texts. */
  readonly optimism: number;
  readonly spent: number;
  /** Runs of the chain that were really asked for, those of the test aside. */
  readonly paid: number;
  readonly answers: number;
  readonly reason: string;
  readonly verdict: VerdictEvent['verdict'] | undefined;
}

export async function resultIn(run: WorldRun): Promise<WorldResult> {
  const play = playOf(familyOf(run.family), run.seed, { answers: run.answers ?? false });
  const decisions: DecisionEvent[] = [];
  let paid = 0;
  for await (const event of optimizeIn(play, run)) {
    if (event.type === 'rollout') paid += Number(event.split !== 'test');
    else if (event.type !== 'answer' && event.type !== 'paused') decisions.push(event);
  }
  const texts = candidatesOf(decisions).map((candidate) => candidate.texts);
  const chosen = decisions.find(({ type }) => type === 'chosen');
  const stopped = decisions.find(({ type }) => type === 'stopped');
  if (chosen?.type !== 'chosen' || stopped?.type !== 'stopped') throw new Error('the run chose nothing');
  const best = texts[chosen.id] ?? {};
  const truth = play.truth(best);
  const verdict = decisions.find(({ type }) => type === 'verdict');
  return {
    gap: play.gap(best),
    gain: truth - play.truth(texts[0] ?? {}),
    optimism: chosen.mean - truth,
    spent: stopped.spent,
    paid,
    answers: stopped.answers,
    reason: stopped.reason,
    verdict: verdict?.type === 'verdict' ? verdict.verdict : undefined,
  };
}

export function candidatesOf(events: readonly OptimizeEvent[]): CandidateEvent[] {
  return events.filter((event) => event.type === 'candidate');
}
