import type {
  CandidateEvent,
  ChosenEvent,
  GateEvent,
  IncumbentEvent,
  NoiseEvent,
  OptimizeEvent,
  RefusedEvent,
  RolloutEvent,
  SplitName,
  StartedEvent,
  StoppedEvent,
  VerdictEvent,
} from './events.ts';

/** What a record of events adds up to: everything a report says. The order in which rollouts came in leaves no trace. */
export interface RunHistory {
  readonly started?: StartedEvent;
  readonly candidates: readonly CandidateEvent[];
  readonly gates: readonly GateEvent[];
  readonly refused: readonly RefusedEvent[];
  /** The best so far, over what was spent. */
  readonly incumbents: readonly IncumbentEvent[];
  readonly noise?: NoiseEvent;
  readonly stopped?: StoppedEvent;
  readonly chosen?: ChosenEvent;
  readonly verdict?: VerdictEvent;
  /** By fingerprint of the texts, then by row: the scores of its repeats. */
  readonly scores: ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>;
  readonly rollouts: Readonly<Record<SplitName, number>>;
  readonly answers: number;
  readonly calls: number;
  /** By the name of the model. */
  readonly models: Readonly<Record<string, number>>;
  /** US dollars; null when a price is unknown. */
  readonly costUsd: number | null;
}

export function historyOf(events: Iterable<OptimizeEvent>): RunHistory {
  const all = [...events];
  const ofType = <T extends OptimizeEvent['type']>(type: T) =>
    all.filter((event): event is Extract<OptimizeEvent, { type: T }> => event.type === type);
  const [started] = ofType('started');
  const [noise] = ofType('noise');
  const [stopped] = ofType('stopped');
  const [chosen] = ofType('chosen');
  const [verdict] = ofType('verdict');
  const rollouts = ofType('rollout');
  const answers = ofType('answer');
  const paid = [...rollouts.map(({ rollout }) => rollout), ...answers.map(({ answer }) => answer)];
  const counted = (split: SplitName) => rollouts.filter((event) => event.split === split).length;
  return {
    ...(started === undefined ? {} : { started }),
    candidates: ofType('candidate'),
    gates: ofType('gate'),
    refused: ofType('refused'),
    incumbents: ofType('incumbent'),
    ...(noise === undefined ? {} : { noise }),
    ...(stopped === undefined ? {} : { stopped }),
    ...(chosen === undefined ? {} : { chosen }),
    ...(verdict === undefined ? {} : { verdict }),
    scores: scoresOf(rollouts),
    rollouts: { train: counted('train'), val: counted('val'), test: counted('test') },
    answers: answers.length,
    calls: paid.reduce((sum, { calls }) => sum + calls, 0),
    models: sumsOf(paid.flatMap(({ models = {} }) => Object.entries(models))),
    costUsd: paid.some(({ costUsd }) => costUsd === null)
      ? null
      : paid
          .map(({ costUsd }) => costUsd ?? 0)
          .sort((one, other) => one - other)
          .reduce((sum, cost) => sum + cost, 0),
  };
}

function sumsOf(entries: readonly (readonly [name: string, value: number])[]): Readonly<Record<string, number>> {
  const names = [...new Set(entries.map(([name]) => name))].sort();
  const sumOf = (asked: string) => entries.reduce((sum, [name, value]) => sum + (name === asked ? value : 0), 0);
  return Object.fromEntries(names.map((name) => [name, sumOf(name)]));
}

function scoresOf(events: readonly RolloutEvent[]): RunHistory['scores'] {
  const scores = new Map<string, Map<string, number[]>>();
  const sorted = events.toSorted((a, b) => compare(a.texts, b.texts) || compare(a.row, b.row) || a.repeat - b.repeat);
  for (const { texts, row, rollout } of sorted) {
    const rows = scores.get(texts) ?? new Map<string, number[]>();
    scores.set(texts, rows.set(row, [...(rows.get(row) ?? []), rollout.score]));
  }
  return scores;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
