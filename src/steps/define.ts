import type { Binding, StepBody, StepContext, StepKind, StepOutcome } from '../core/step.ts';
import type { Fields, FieldValues } from '../lib/fields.ts';

interface Definition<Options extends Fields> extends Omit<StepKind, 'options' | 'bind'> {
  readonly options: Options;
  bind(options: FieldValues<Options>, binding: Binding): StepBody;
}

/** Ties a kind's `bind` to the type its own schema gives; the table of kinds needs no more than that. */
export function defineKind<Options extends Fields>(definition: Definition<Options>): StepKind {
  return definition as StepKind;
}

/** The `run` of a step that has nothing to tell on the way. */
export function quiet(work: (context: StepContext) => StepOutcome): StepBody['run'] {
  // biome-ignore lint/correctness/useYield: the engine treats every step as a generator, also one without events
  return async function* (context) {
    return work(context);
  };
}
