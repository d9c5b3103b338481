import type { Chain, InputSpec } from '../../core/chain.ts';
import { coerceInput } from '../../lib/inputs.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import { ask } from '../ask.ts';
import type { Call } from '../command.ts';
import type { RunFlags } from '../run/flags.ts';
import { missingInputs } from '../run/values.ts';

/** Asks the person at the terminal, if there is one, for the inputs that the chain requires and the command line does not give. */
export async function askForInputs(call: Call, chain: Chain, flags: RunFlags): Promise<RunFlags> {
  if (!call.interactive) return flags;
  const given: (readonly [string, string])[] = [];
  for (const name of await missingInputs(chain, flags)) {
    const spec = chain.inputs[name];
    if (spec !== undefined) given.push([name, await valueFrom(call, name, spec)]);
  }
  return { ...flags, var: [...flags.var, ...given] };
}

async function valueFrom({ io, err }: Call, name: string, spec: InputSpec): Promise<string> {
  const about = [spec.description, spec.options?.join(' | ')].filter((part) => part !== undefined).join(': ');
  for (let tries = 0; ; tries += 1) {
    const text = await ask(io, sanitize(about === '' ? `${name}: ` : `${name} (${about}): `));
    const coerced = coerceInput(name, spec, text);
    // An end of input comes back as nothing, however often one asks.
    if (!('problem' in coerced) || tries === MOST_TRIES) return text;
    await err.write(`${sanitize(coerced.problem)}\n`);
  }
}

const MOST_TRIES = 3;
