import type { Chain } from '../../core/chain.ts';
import { UsageError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { PlannedStep } from '../../core/plan.ts';
import type { ConversationSoFar } from '../../core/run.ts';
import { planChain } from '../../engine/plan.ts';
import { planLines } from '../../terminal/run-plan.ts';
import type { Call } from '../command.ts';
import type { Earlier } from './earlier.ts';
import type { RunFlags } from './flags.ts';
import { chooseMemory } from './memory.ts';

export interface PlanNeeds {
  readonly call: Call;
  readonly flags: RunFlags;
  readonly chain: Chain;
  readonly input: string;
  readonly stdin?: string;
  readonly conversation?: ConversationSoFar;
  readonly inputs: { readonly [name: string]: Json };
  readonly earlier: Earlier | undefined;
}

/** What a run would reuse and what it would do, step by step. Nothing is called. */
function planned({
  call,
  flags,
  chain,
  input,
  stdin,
  conversation,
  inputs,
  earlier,
}: PlanNeeds): Promise<readonly PlannedStep[]> {
  const from = flags.from ?? flags.only;
  return planChain(chain, {
    runId: '{run.id}',
    input,
    inputs,
    ...(stdin === undefined ? {} : { stdin }),
    ...(conversation === undefined ? {} : { conversation }),
    io: call.io,
    openModel: async () => {
      throw new TypeError('a plan opens no model');
    },
    ...chooseMemory(call, flags, chain, () => undefined),
    live: false,
    signal: new AbortController().signal,
    ...(earlier === undefined ? {} : { recorded: earlier.progress.recorded }),
    ...(from === undefined ? {} : { from }),
  });
}

/** `--plan`, as text or as JSON. */
export async function runPlanText(needs: PlanNeeds): Promise<string> {
  const { flags, chain, earlier } = needs;
  const steps = await planned(needs);
  if (flags.format === 'text') return planLines(chain.name, steps, earlier?.id);
  const { name, file, sha256 } = chain;
  return `${JSON.stringify({ schema: 'promptchain.plan.v1', chain: { name, file, sha256 }, resume: earlier?.id ?? null, steps })}\n`;
}

/** `--only` runs one step, and those of `finally` as ever: everything before it has to be there already. */
export async function checkOnly(needs: PlanNeeds): Promise<void> {
  const { only } = needs.flags;
  if (only === undefined) return;
  const missing = (await planned(needs)).filter(
    ({ path, action }) => action !== 'reuse' && action !== 'skip' && !isOrInside(path, only) && !isOrInside(path, 'finally'),
  );
  if (missing.length === 0) return;
  const names = missing.map(({ path }) => path);
  throw new UsageError(`--only "${only}" needs steps that would have to run: ${names.join(', ')}`, {
    code: 'PC2030',
    help: `run them with it: --until ${only} --resume`,
  });
}

/** `fix`, `fix/draft`, `fix[1]`: the step, what is inside it, and its turns. */
function isOrInside(path: string, id: string): boolean {
  return path === id || path.startsWith(`${id}/`) || path.startsWith(`${id}[`);
}
