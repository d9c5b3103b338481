import type { Case } from '../../core/dataset.ts';
import type { CaseRun } from '../../core/evaluation.ts';
import { EXIT } from '../../core/exit-code.ts';
import { addUsage, NO_USAGE, type Usage } from '../../core/model.ts';
import { exitOfRun } from './verdict-of-run.ts';

export type CaseStatus = 'passed' | 'failed' | 'error' | 'not_run';

/** A case with all its runs. */
export interface CaseSummary {
  readonly case: Case;
  readonly status: CaseStatus;
  /** The mean over its runs that could be judged; null when none could. */
  readonly score: number | null;
  readonly runs: readonly CaseRun[];
}

/** The whole evaluation in figures. */
export interface Summary {
  readonly cases: readonly CaseSummary[];
  readonly counts: Readonly<Record<CaseStatus, number>>;
  /** The mean over the cases that could be judged, by their weight; null when none could. */
  readonly score: number | null;
  readonly metrics: { readonly [name: string]: number };
  readonly usage: Usage;
  readonly costUsd: number | null;
  readonly met: boolean;
  readonly exitCode: number;
}

/** `threshold` alone decides when it is given; else every case has to pass. Null asks for nothing. */
export function summarise(cases: readonly Case[], runs: readonly CaseRun[], threshold: number | null | undefined): Summary {
  const byCase = new Map<Case, CaseRun[]>(cases.map((each) => [each, []]));
  for (const run of runs) byCase.get(run.case)?.push(run);
  const summaries = [...byCase].map(([each, own]) => caseSummary(each, own));
  const judged = summaries.filter(({ score }) => score !== null);
  const counts = { passed: 0, failed: 0, error: 0, not_run: 0 };
  for (const { status } of summaries) counts[status] += 1;
  const score = mean(judged.map((each) => [each.score ?? 0, each.case.weight]));
  const met = threshold === null || (threshold === undefined ? counts.failed === 0 : score !== null && score >= threshold);
  return {
    cases: summaries,
    counts,
    score,
    metrics: metricsOf(runs),
    usage: runs.reduce((sum, { usage, score: own }) => addUsage(addUsage(sum, usage), own?.usage ?? NO_USAGE), NO_USAGE),
    costUsd: runs.reduce<number | null>((sum, { costUsd, score: own }) => plus(plus(sum, costUsd), own?.costUsd ?? 0), 0),
    met,
    exitCode: exitCode(runs, met),
  };
}

function caseSummary(each: Case, runs: readonly CaseRun[]): CaseSummary {
  const judged = runs.flatMap(({ score }) => (score === undefined ? [] : [score]));
  const score = mean(judged.map((own) => [own.score, 1]));
  const status: CaseStatus =
    runs.length === 0
      ? 'not_run'
      : judged.some(({ pass }) => !pass)
        ? 'failed'
        : judged.length < runs.length
          ? 'error'
          : 'passed';
  return { case: each, status, score, runs };
}

function metricsOf(runs: readonly CaseRun[]): { readonly [name: string]: number } {
  const values = new Map<string, [number, number][]>();
  for (const { score, case: own } of runs)
    for (const [name, value] of Object.entries(score?.metrics ?? {}))
      values.set(name, [...(values.get(name) ?? []), [value, own.weight]]);
  return Object.fromEntries([...values].sort().map(([name, own]) => [name, mean(own) ?? 0]));
}

function mean(values: readonly (readonly [value: number, weight: number])[]): number | null {
  const weight = values.reduce((sum, [, own]) => sum + own, 0);
  return weight === 0 ? null : values.reduce((sum, [value, own]) => sum + value * own, 0) / weight;
}

function plus(sum: number | null, cost: number | null): number | null {
  return sum === null || cost === null ? null : sum + cost;
}

/** A run without a verdict goes over one that failed: what is not known is not called a failure of the chain. */
function exitCode(runs: readonly CaseRun[], met: boolean): number {
  const codes = runs.flatMap(({ score, error }) => (score === undefined && error !== undefined ? [exitOfRun(error)] : []));
  const worst = [EXIT.auth, EXIT.invalid, EXIT.usage, EXIT.failed, EXIT.needsHuman, EXIT.limit, EXIT.temporary].find((code) =>
    codes.includes(code),
  );
  return worst ?? codes[0] ?? (met ? EXIT.ok : EXIT.notMet);
}
