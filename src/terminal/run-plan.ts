import type { PlannedStep } from '../core/plan.ts';
import { oneLine } from './words.ts';

/** A line for each step of a plan, what will be done first, then a count. */
export function planLines(chain: string, steps: readonly PlannedStep[], earlier: string | undefined): string {
  const width = Math.max(0, ...steps.map(({ path }) => path.length));
  const rows = steps.map(({ path, kind, model, action, why }) => {
    const what = model === undefined ? kind : `${kind}, ${model}`;
    return `${action.padEnd(7)}  ${path.padEnd(Math.min(width, 40))}  ${oneLine(what)}${why === undefined ? '' : `: ${oneLine(why)}`}`;
  });
  const count = (...actions: PlannedStep['action'][]) => steps.filter(({ action }) => actions.includes(action)).length;
  const from = earlier === undefined ? '' : ` (with what run ${earlier} gave)`;
  const sum = `${count('run', 'changed')} to run, ${count('reuse')} to reuse, ${count('skip')} to skip; nothing was called`;
  return `${oneLine(chain)}${from}\n\n${rows.map((row) => `${row}\n`).join('')}\n${sum}\n`;
}
