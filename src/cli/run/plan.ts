import type { Chain } from '../../core/chain.ts';
import type { Json } from '../../core/json.ts';
import type { OpenModel } from '../../core/model.ts';
import { plan } from '../../terminal/plan.ts';
import type { Call } from '../command.ts';
import type { RunFlags } from './flags.ts';
import { ownInput } from './input.ts';

export interface PlanOptions {
  readonly inputs: { readonly [name: string]: Json };
  readonly openModel: OpenModel;
}

/** `--dry-run`: what would be done, with nothing called, asked or read from stdin. An input that is not given shows as `{input}`. */
export async function planText(call: Call, flags: RunFlags, chain: Chain, { inputs, openModel }: PlanOptions): Promise<string> {
  const models = new Map<string, string>();
  for (const spec of chain.uses.models) if (spec.id === 'auto') models.set('auto', (await openModel(spec)).spec.id);
  return plan(chain, {
    input: ownInput(flags) ?? '{input}',
    inputs,
    models,
    cwd: call.io.cwd,
    raw: !call.out.isTTY || flags.rawOutput,
  });
}
