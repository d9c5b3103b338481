import type { Chain } from '../../core/chain.ts';
import type { Json } from '../../core/json.ts';
import { coerceInput, defaultsOf } from '../../lib/inputs.ts';
import type { Given } from '../../serve/service.ts';
import { WrongInputs } from '../../serve/wrong-inputs.ts';

/** The values of the inputs of a chain, out of what a client gives. Throws `WrongInputs` with everything that is wrong with them. */
export function servedValues(
  { inputs: specs, uses }: Pick<Chain, 'inputs' | 'uses'>,
  given: Given,
): { readonly [name: string]: Json } {
  const values: Record<string, Json> = { ...defaultsOf(specs) };
  const problems = new Map<string, string>();
  if (uses.input && (given.input ?? '') === '') problems.set('input', 'the chain needs an input');
  for (const [name, raw] of Object.entries(given.inputs ?? {})) {
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    const coerced = spec === undefined ? { problem: `the chain has no input "${name}"` } : coerceInput(name, spec, raw);
    if ('problem' in coerced) problems.set(name, coerced.problem);
    else values[name] = coerced.value;
  }
  for (const [name, { required }] of Object.entries(specs)) {
    if (required && !Object.hasOwn(values, name) && !problems.has(name)) problems.set(name, `the input "${name}" is required`);
  }
  if (problems.size > 0) throw new WrongInputs(Object.fromEntries(problems));
  return values;
}
