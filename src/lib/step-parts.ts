import type { Step, StepPart } from '../core/step.ts';

/** The lists of steps inside a step, with what their journal paths begin with after the step's own. */
export function partsOf({ body, onError }: Step): readonly (StepPart & { readonly prefix: string })[] {
  return [
    ...(body.parts ?? []).map((part) => ({ ...part, prefix: isNamedAfter(part) || part.name === '' ? '' : `${part.name}/` })),
    ...(typeof onError === 'string' ? [] : [{ name: 'on-error', steps: onError, prefix: 'on-error/' }]),
  ];
}

/** A branch of one step without an id has that step under the branch's own name. */
export function isNamedAfter({ name, steps: [first, second] }: StepPart): boolean {
  return second === undefined && first?.name === name;
}
