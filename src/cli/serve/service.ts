import { UsageError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import { coerceInput, defaultsOf } from '../../lib/inputs.ts';
import type { Given, ServedChain, Service } from '../../serve/service.ts';
import type { Call } from '../command.ts';
import { outlineOf } from '../graph/outline.ts';
import type { ServeFlags } from './flags.ts';
import { type ReadyChain, startRun } from './start.ts';

/** The server's port over the real chains, journals and memory. */
export function createService(call: Call, flags: ServeFlags, ready: readonly ReadyChain[]): Pick<Service, 'chains' | 'start'> {
  const byName = new Map(ready.map((each) => [each.chain.name, each]));
  return {
    chains: ready.map(servedChain),
    start(name, given) {
      const found = byName.get(name);
      if (found === undefined) throw new UsageError(`no chain "${name}" is served`, { code: 'PC2040' });
      return startRun(call, flags, found, {
        input: given.input ?? '',
        inputs: valuesOf(found, given),
        live: given.live === true,
      });
    },
  };
}

const OUTLINE_DEPTH = 3;

function servedChain({ chain }: ReadyChain): ServedChain {
  return {
    name: chain.name,
    ...(chain.description === undefined ? {} : { description: chain.description }),
    inputs: chain.inputs,
    takesInput: chain.uses.input,
    conversational: false,
    outline: outlineOf(chain, OUTLINE_DEPTH) as unknown as Json,
    overridable: [],
  };
}

/** Throws `UsageError` with everything that is wrong with the values. */
function valuesOf({ chain }: ReadyChain, { inputs = {} }: Given): { readonly [name: string]: Json } {
  const values: Record<string, Json> = { ...defaultsOf(chain.inputs) };
  const problems: string[] = [];
  for (const [name, raw] of Object.entries(inputs)) {
    const spec = Object.hasOwn(chain.inputs, name) ? chain.inputs[name] : undefined;
    const coerced = spec === undefined ? { problem: `the chain has no input "${name}"` } : coerceInput(name, spec, raw);
    if ('problem' in coerced) problems.push(coerced.problem);
    else values[name] = coerced.value;
  }
  for (const [name, { required }] of Object.entries(chain.inputs)) {
    if (required && !Object.hasOwn(values, name)) problems.push(`the input "${name}" is required`);
  }
  if (problems.length > 0) throw new UsageError(problems.join('; '), { code: 'PC2024' });
  return values;
}
