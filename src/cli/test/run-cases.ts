import type { Case } from '../../core/dataset.ts';
import type { CaseRun } from '../../core/evaluation.ts';
import { merge } from '../../lib/merge.ts';
import { type Bench, runCase } from './run-case.ts';
import { endsAll } from './verdict-of-run.ts';

export interface RunCasesOptions {
  readonly repeat: number;
  readonly jobs: number;
  readonly failFast: boolean;
  readonly signal: AbortSignal;
}

/**
 * Runs the cases, some at a time; yields the runs in the order of the cases, each as soon as it and all before it are done.
 * A failure that every case would meet, and with `failFast` the first case that fails, lets the running ones end and starts
 * no more. An abort throws its reason, after what is done has been yielded.
 */
export async function* runCases(
  cases: readonly Case[],
  benchOf: (repeat: number) => Bench,
  options: RunCasesOptions,
): AsyncGenerator<CaseRun, void> {
  const { repeat, jobs, failFast, signal } = options;
  const asked = cases.flatMap((each) => Array.from({ length: repeat }, (_, index) => ({ each, repeat: index + 1 })));
  const done = new Map<number, CaseRun>();
  let stopped = false;
  const branches = asked.map(
    ({ each, repeat: number }, index) =>
      async function* (abort: AbortSignal): AsyncGenerator<number, void> {
        if (stopped) return;
        const run = await runCase(each, number, benchOf(number), abort);
        if ((failFast && run.score?.pass === false) || (run.error !== undefined && endsAll(run.error))) stopped = true;
        done.set(index, run);
        yield index;
      },
  );
  let next = 0;
  try {
    for await (const _ of merge(branches, { concurrency: jobs, signal })) {
      for (let run = done.get(next); run !== undefined; run = done.get(next)) {
        done.delete(next);
        next += 1;
        yield run;
      }
    }
  } catch (error) {
    for (const [, run] of [...done].sort(([a], [b]) => a - b)) yield run;
    throw error;
  }
  for (const [, run] of [...done].sort(([a], [b]) => a - b)) yield run;
}
