import type { Step } from '../core/step.ts';

/** The ids of the steps inside a step whose views it leaves behind: not those of items, of which there are many. */
export function idsIn(step: Step): readonly string[] {
  return (step.body.parts ?? []).flatMap(({ steps }) =>
    steps.flatMap((each) => [...(each.id === undefined ? [] : [each.id]), ...(each.loop?.kind === 'foreach' ? [] : idsIn(each))]),
  );
}
