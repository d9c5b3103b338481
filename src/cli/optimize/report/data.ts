import type { CategoryResult } from '../../../engineer/categories.ts';
import { demosIn } from '../../../engineer/demos.ts';
import type { CandidateEvent, OptimizeEvent, RolloutEvent, SplitName } from '../../../engineer/events.ts';
import { historyOf, type RunHistory } from '../../../engineer/history.ts';
import type { Rollout } from '../../../engineer/ports.ts';
import { compareScores, type Verdict } from '../../../engineer/significance.ts';
import { displayPath } from '../../../terminal/frame.ts';
import type { RunFile } from '../run-folder.ts';
import { type Blame, blameOf } from './blame.ts';

/** Everything a report says, as plain data: `report.json` is this. */
export interface ReportData {
  readonly schema: 'promptchain.engineer.report.v1';
  readonly run: string;
  /** What a command line calls it. */
  readonly name: string;
  readonly started: string;
  readonly chain: string;
  readonly data: string;
  readonly models: { readonly chain: readonly string[]; readonly improver: string };
  readonly seed: number;
  /** The run whose best texts it began with. */
  readonly from: string | null;
  readonly status: 'finished' | 'unfinished';
  /** Why the search ended, or the run paused. */
  readonly ended: string | null;
  readonly verdict: Verdict['verdict'] | null;
  readonly test: Omit<Verdict, 'fixed' | 'broken' | 'verdict'> | null;
  /** Optimisations that the same test rows have decided, this one included. */
  readonly testUses: number;
  /** Ids of test rows. */
  readonly fixed: readonly string[];
  readonly broken: readonly BrokenRow[];
  /** Which step rows of the test are better or worse by. */
  readonly blame: readonly Blame[];
  /** The candidate that was chosen, or is the best so far. */
  readonly best: number | null;
  readonly scores: readonly Score[];
  readonly categories: readonly CategoryResult[];
  /** Training rows that stand in the best texts as examples. */
  readonly demos: number;
  /** By how much new texts had to be better, where it was measured. */
  readonly noise: number | null;
  /** Categories that must not get worse and did. */
  readonly regressed: readonly string[];
  readonly texts: readonly { readonly id: string; readonly file: string; readonly before: string; readonly after: string }[];
  readonly spent: Spending;
  readonly curve: readonly { readonly spent: number; readonly mean: number }[];
  readonly candidates: readonly CandidateRow[];
  readonly gates: readonly {
    readonly iteration: number;
    readonly parent: number;
    readonly accepted: boolean;
    readonly spent: number;
  }[];
  /** New texts that no rollout was spent on, by the guard that refused them. */
  readonly refused: { readonly [guard: string]: number };
  /** Validation rows by candidate: the mean score, null where it was not run. */
  readonly heat: { readonly rows: readonly string[]; readonly scores: readonly (readonly (number | null)[])[] };
}

export interface BrokenRow {
  readonly id: string;
  readonly before: { readonly score: number; readonly output: string };
  readonly after: { readonly score: number; readonly output: string; readonly findings: readonly string[] };
}

export interface Score {
  readonly texts: 'first' | 'best';
  readonly split: SplitName;
  readonly rows: number;
  readonly mean: number;
  /** 95 % interval. */
  readonly low: number;
  readonly high: number;
}

export interface Spending {
  readonly budget: number;
  readonly rollouts: Readonly<Record<SplitName, number>>;
  /** Answered from the cache alone. */
  readonly cached: number;
  readonly questions: number;
  readonly calls: number;
  /** By the name of the model. */
  readonly models: { readonly [model: string]: number };
  readonly costUsd: number | null;
}

export interface CandidateRow {
  readonly id: number;
  readonly origin: CandidateEvent['origin'];
  readonly parents: readonly number[];
  readonly changed: readonly string[];
  readonly spent: number;
  readonly mean: number | null;
  readonly rows: number;
  readonly texts: { readonly [id: string]: string };
}

export function reportData(run: RunFile, events: readonly OptimizeEvent[], cwd: string): ReportData {
  const history = historyOf(events);
  const { candidates, chosen, verdict: told, stopped } = history;
  const best = chosen?.id ?? history.incumbents.at(-1)?.id ?? null;
  const first = candidates[0];
  const after = best === null ? undefined : candidates[best];
  const paused = events.at(-1);
  const verdict = told?.verdict;
  const testIds = run.splits.test;
  const rollouts = rolloutsBy(events);
  const idsAt = (positions: readonly number[] = []) => positions.flatMap((position) => testIds[position] ?? []);
  return {
    schema: 'promptchain.engineer.report.v1',
    run: run.id,
    name: run.name,
    started: run.started,
    chain: displayPath(run.chain, cwd),
    data: displayPath(run.data, cwd),
    models: { chain: run.models, improver: run.improver },
    seed: run.seed,
    from: run.from?.run ?? null,
    status: verdict === undefined ? 'unfinished' : 'finished',
    ended: stopped?.reason ?? (paused?.type === 'paused' ? paused.reason : null),
    verdict: verdict?.verdict ?? null,
    test: verdict === undefined ? null : figuresOf(verdict),
    testUses: run.testUses,
    fixed: idsAt(verdict?.fixed),
    broken: (verdict?.broken ?? []).flatMap((position) =>
      brokenRow(testIds[position], rollouts.get(first?.hash ?? ''), rollouts.get(after?.hash ?? '')),
    ),
    blame: blameOf(
      { fixed: idsAt(verdict?.fixed), broken: idsAt(verdict?.broken) },
      rollouts.get(first?.hash ?? ''),
      rollouts.get(after?.hash ?? ''),
    ),
    best,
    scores: scoresOf(run, history, [first, after]),
    categories: told?.categories ?? [],
    demos: Object.values(after?.texts ?? {}).reduce((sum, text) => sum + demosIn(text).length, 0),
    noise: history.noise?.margin ?? null,
    regressed: told?.regressed ?? [],
    texts: run.places.map(({ id, file, text }) => ({
      id,
      file: displayPath(file, cwd),
      before: text,
      after: after?.texts[id] ?? text,
    })),
    spent: {
      budget: run.budget.rollouts,
      rollouts: history.rollouts,
      cached: events.filter((event) => event.type === 'rollout' && event.rollout.calls === 0).length,
      questions: history.answers,
      calls: history.calls,
      models: history.models,
      costUsd: history.costUsd,
    },
    curve: history.incumbents.map(({ spent, mean }) => ({ spent, mean })),
    candidates: candidates.map((candidate) => candidateRow(candidate, run, history)),
    gates: history.gates.map(({ iteration, parents, accepted, spent }) => ({
      iteration,
      parent: parents[0] ?? 0,
      accepted,
      spent,
    })),
    refused: counted(history.refused.map(({ guard }) => guard)),
    heat: {
      rows: run.splits.val,
      scores: candidates.map(({ hash }) => run.splits.val.map((row) => meanOf(history.scores.get(hash)?.get(row)))),
    },
  };
}

function figuresOf({ rows, before, after, difference, low, high, p }: Verdict): NonNullable<ReportData['test']> {
  return { rows, before, after, difference, low, high, p };
}

type ByRow = ReadonlyMap<string, Rollout>;

function rolloutsBy(events: readonly OptimizeEvent[]): ReadonlyMap<string, ByRow> {
  const found = new Map<string, Map<string, Rollout>>();
  const first = (event: OptimizeEvent): event is RolloutEvent => event.type === 'rollout' && event.repeat === 0;
  for (const { texts, row, rollout } of events.filter(first))
    found.set(texts, (found.get(texts) ?? new Map<string, Rollout>()).set(row, rollout));
  return found;
}

function brokenRow(id: string | undefined, before: ByRow | undefined, after: ByRow | undefined): BrokenRow[] {
  const [was, is] = [before?.get(id ?? ''), after?.get(id ?? '')];
  if (id === undefined || was === undefined || is === undefined) return [];
  const findings = is.findings.map(({ text }) => text);
  return [{ id, before: { score: was.score, output: was.output }, after: { score: is.score, output: is.output, findings } }];
}

type Pair = readonly (CandidateEvent | undefined)[];

function scoresOf({ splits, seed }: RunFile, { scores }: RunHistory, pair: Pair): Score[] {
  return pair.flatMap((candidate, index) =>
    (['train', 'val', 'test'] as const).flatMap((split): Score[] => {
      const means = splits[split].flatMap((row) => meanOf(scores.get(candidate?.hash ?? '')?.get(row)) ?? []);
      if (means.length === 0) return [];
      const none = means.map(() => 0);
      const { after: mean, low, high } = compareScores(none, means, seed);
      return [{ texts: index === 0 ? 'first' : 'best', split, rows: means.length, mean, low, high }];
    }),
  );
}

function candidateRow(candidate: CandidateEvent, { splits }: RunFile, { scores }: RunHistory): CandidateRow {
  const { id, origin, parents, changed, spent, texts, hash } = candidate;
  const means = splits.val.flatMap((row) => meanOf(scores.get(hash)?.get(row)) ?? []);
  return { id, origin, parents, changed, spent, mean: meanOf(means), rows: means.length, texts };
}

function meanOf(values: readonly number[] | undefined): number | null {
  if (values === undefined || values.length === 0) return null;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function counted(names: readonly string[]): { readonly [name: string]: number } {
  return Object.fromEntries([...new Set(names)].sort().map((name) => [name, names.filter((one) => one === name).length]));
}
