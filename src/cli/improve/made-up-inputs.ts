import { UsageError } from '../../core/errors.ts';
import { FEWEST_INPUTS, inputsPrompt, readInputs } from '../../engineer/improve/made-up-inputs.ts';
import { promptPlaces } from '../engineer/prompt-places.ts';
import type { Work } from './improve-target.ts';
import type { Target } from './targets.ts';

/** Inputs to try a prompt on, written by the improver: what is found with them is measured, on what nobody ever sent. */
export async function madeUpInputs(
  { text, chain, place }: Target,
  count: number,
  { desk, signal }: Pick<Work, 'desk' | 'signal'>,
): Promise<readonly string[]> {
  const first = chain === undefined ? undefined : promptPlaces(chain)[0];
  const before = first === undefined || first.id === place?.id ? {} : { before: first.text };
  const prompt = inputsPrompt({ text, count, ...before });
  for (let sample = 0; sample < TRIES; sample += 1) {
    const answer = await desk.ask({ role: 'improver', prompt, sample }, signal);
    const inputs = readInputs(answer.text, count) ?? [];
    if (inputs.length >= FEWEST_INPUTS) return inputs;
  }
  throw new UsageError('the improver made up no inputs that can be used', {
    help: 'give some with --inputs, or try another --improver-model',
  });
}

const TRIES = 2;
