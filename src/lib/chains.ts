import type { Chain } from '../core/chain.ts';
import type { Step, StepBody } from '../core/step.ts';
import { partsOf } from './step-parts.ts';

/** A chain and every chain that its steps and tools run, each once, the outer ones first. */
export function chainsIn(chain: Chain): readonly Chain[] {
  const found = new Map<string, Chain>();
  const visit = (each: Chain): void => {
    if (found.has(each.file)) return;
    found.set(each.file, each);
    for (const { body } of bodiesIn(each)) if (body.chain !== undefined) visit(body.chain);
  };
  visit(chain);
  return [...found.values()];
}

export interface NamedBody {
  /** The step's name with those of the groups around it, or the tool's name. */
  readonly name: string;
  readonly body: StepBody;
}

/** What the steps and tools of one chain do, groups opened; not what is in its sub-chains. */
export function bodiesIn({ steps, finally: last, tools }: Pick<Chain, 'steps' | 'finally' | 'tools'>): readonly NamedBody[] {
  return [
    ...ofSteps(steps, ''),
    ...ofSteps(last, 'finally/'),
    ...Object.values(tools).map(({ name, body }) => ({ name: `tool ${name}`, body })),
  ];
}

function ofSteps(steps: readonly Step[], prefix: string): readonly NamedBody[] {
  return steps.flatMap((step) => [
    { name: prefix + step.name, body: step.body },
    ...partsOf(step).flatMap((part) => ofSteps(part.steps, `${prefix}${step.name}/${part.prefix}`)),
  ]);
}
