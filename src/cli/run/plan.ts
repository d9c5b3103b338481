import type { Chain } from '../../core/chain.ts';
import type { Json } from '../../core/json.ts';
import type { ModelSpec, OpenModel, Usage } from '../../core/model.ts';
import { costOf } from '../../models/price.ts';
import { customProvider, providerOf } from '../../models/providers.ts';
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
    cost: (spec, usage) => costIn(spec, usage, call),
    cwd: call.io.cwd,
    raw: !call.out.isTTY || flags.rawOutput,
  });
}

/** By the price alone: no key is needed to tell it. */
function costIn(spec: ModelSpec, usage: Usage, { io }: Call): number | null {
  if (WITHOUT_PRICE.has(spec.provider)) return 0;
  return costOf(spec, providerOf(spec.provider) ?? customProvider(spec.provider), io)(usage);
}

/** What answers in this process. */
const WITHOUT_PRICE: ReadonlySet<string> = new Set(['echo', 'offline']);
