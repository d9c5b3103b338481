import { UsageError } from '../../core/errors.ts';
import { dollars } from '../../lib/dollars.ts';
import { displayPath } from '../../terminal/frame.ts';
import type { Setup } from './setup.ts';

/** What is about to be spent on what, and what can be expected of it. */
export function planLines(setup: Setup, cwd: string): string {
  const { chain, dataset, task, budget, plan, prices, improver, algorithm, timeMs } = setup;
  const { train, val, test } = task;
  const others = [
    ...(budget.calls === undefined ? [] : [`${budget.calls} calls`]),
    ...(budget.usd === undefined ? [] : [dollars(budget.usd)]),
    ...(timeMs === undefined ? [] : [`${timeMs / 1000} s`]),
  ];
  const usd = prices.usdPerRollout;
  const cost =
    usd === undefined ? [] : [`about ${dollars(usd)} a rollout, ${dollars(usd * (budget.rollouts + plan.test))} in all`];
  const lines = [
    `chain     ${displayPath(chain.file, cwd)}: ${task.components.map(({ id }) => id).join(', ')}`,
    `rows      ${displayPath(dataset.file, cwd)}: ${train.length} to learn from, ${isPooled(setup) ? 'the same to choose by' : `${val.length} to choose by`}, ${test.length} sealed for the test`,
    `models    ${[...new Set(chain.uses.models.map(({ id }) => id))].join(', ')}; prompts are written by ${improver.uses.models[0]?.id}`,
    `budget    ${[`${budget.rollouts} rollouts`, ...others].join(', ')}; the test takes ${plan.test} more${algorithm.name === 'reflect' ? '' : `; algorithm ${algorithm.name}`}`,
    `          at least ${plan.floor} rollouts are needed, ${plan.recommended} are recommended; a rollout makes ${prices.callsPerRollout === 1 ? 'one call' : `up to ${prices.callsPerRollout} calls`}`,
    ...cost.map((line) => `          ${line}`),
    ...(test.length === 0
      ? ['claim     none: without unseen rows the result holds for these rows only']
      : [
          `claim     with ${test.length} test rows a true gain is shown with this chance: ${plan.power.map(({ gain, chance }) => `+${gain.toFixed(2)} ${Math.round(chance * 100)} %`).join(', ')}`,
        ]),
    ...warningsOf(setup).map((warning) => `warning   ${warning}`),
  ];
  return `${lines.join('\n')}\n`;
}

const LIKELY = 0.5;

function warningsOf({ budget, plan, task, dataset: { cases } }: Setup): string[] {
  const largest = plan.power.at(-1);
  const synthetic = syntheticIn(cases);
  return [
    ...(synthetic === 0
      ? []
      : [`${synthetic} of ${cases.length} rows are synthetic: a gain on them says little about what your users send`]),
    ...(budget.rollouts < plan.floor ? [`the budget is below ${plan.floor}: the search will hardly begin`] : []),
    ...(task.test.length > 0 && largest !== undefined && largest.chance < LIKELY
      ? ['so few test rows will hardly show any gain: add rows']
      : []),
  ];
}

/** Rows that a model invented. */
function syntheticIn(cases: Setup['dataset']['cases']): number {
  return cases.filter(({ metadata }) => metadata.synthetic === true).length;
}

function isPooled({ task }: Setup): boolean {
  return task.val.every(({ id }, index) => task.train[index]?.id === id);
}

/** Refuses a budget that cannot do anything, unless the user says so. */
export function refuseTooSmall({ budget, plan }: Setup, yes: boolean): void {
  if (budget.rollouts >= plan.floor || yes) return;
  throw new UsageError(`the budget of ${budget.rollouts} rollouts is below the ${plan.floor} that a search needs at least`, {
    code: 'PC2064',
    help: `--budget ${plan.recommended} is recommended; --yes starts it all the same`,
  });
}
