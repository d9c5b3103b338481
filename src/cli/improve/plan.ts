import type { Call } from '../command.ts';
import type { ImproveFlags } from './flags.ts';
import type { Desk } from './ports.ts';
import type { Target } from './targets.ts';
import { trialInputs } from './trial.ts';

/** What would be asked at most, for `--dry-run`. */
export function planOf(call: Call, flags: ImproveFlags, targets: readonly Target[], { names }: Desk): string {
  const { maxIterations, votes, feedback, inputs, synthesize = 0 } = flags;
  const lines = targets.map((target) => {
    const tries = inputs === undefined ? synthesize : trialInputs(call, inputs, target).length;
    const pairs = Math.max(1, tries);
    const judge = maxIterations * ((feedback === 'human' ? 0 : 1) + pairs * votes * 2);
    const improver = maxIterations * 2 + (synthesize > 0 ? 2 : 0);
    return `${target.name}: at most ${judge} calls of the judge, ${improver} of the improver, ${maxIterations * tries * 2} runs of the prompt`;
  });
  return `${[...lines, `judge ${names.judge}, improver ${names.improver}`].join('\n')}\n`;
}
