import type { Rollout } from '../../../engineer/ports.ts';

/** What became of test rows by the change of one step. */
export interface Blame {
  readonly step: string;
  /** Ids of rows that got better, and of those that got worse. */
  readonly fixed: readonly string[];
  readonly broken: readonly string[];
}

type ByRow = ReadonlyMap<string, Rollout>;

/**
 * Which step a row is better or worse by: the first whose output differs between the two runs of it, since what comes after
 * was given something else. In the order of the chain.
 */
export function blameOf(
  rows: { readonly fixed: readonly string[]; readonly broken: readonly string[] },
  before: ByRow | undefined,
  after: ByRow | undefined,
): readonly Blame[] {
  const found = new Map<string, { fixed: string[]; broken: string[] }>();
  for (const kind of ['fixed', 'broken'] as const) {
    for (const id of rows[kind]) {
      const step = firstDifference(before?.get(id), after?.get(id));
      if (step === undefined) continue;
      const own = found.get(step) ?? { fixed: [], broken: [] };
      found.set(step, own);
      own[kind].push(id);
    }
  }
  const order = [...(after?.values() ?? [])][0]?.steps.map(({ step }) => step) ?? [];
  return [...found]
    .toSorted(([one], [other]) => order.indexOf(one) - order.indexOf(other))
    .map(([step, { fixed, broken }]) => ({ step, fixed, broken }));
}

function firstDifference(before: Rollout | undefined, after: Rollout | undefined): string | undefined {
  if (before === undefined || after === undefined) return undefined;
  const at = after.steps.findIndex(({ step, output }, index) => {
    const was = before.steps[index];
    return was?.step !== step || was.output !== output;
  });
  return after.steps[at]?.step ?? before.steps[after.steps.length]?.step;
}
