import type { Chain } from '../../core/chain.ts';
import { ModelError, UsageError } from '../../core/errors.ts';
import { NO_USAGE, type OpenModel } from '../../core/model.ts';
import { unpriced } from '../../engine/meter.ts';
import { chainsIn } from '../../lib/chains.ts';
import { checkKeys } from '../../models/keys.ts';
import { createOpenModel } from '../../models/open.ts';
import type { Call } from '../command.ts';
import { modelConfig } from '../model-config.ts';
import type { RunFlags } from './flags.ts';
import type { WorldFlags } from './world-flags.ts';

/**
 * Opens models for a run, once it is sure that all of them can be called: a missing key is told before anything is started or
 * paid for. Throws one `ModelError` that names every problem.
 */
export async function readyModels(call: Call, flags: ModelFlags, chain: Chain): Promise<OpenModel> {
  const config = modelConfig(call);
  const problems = await checkKeys(chain.uses.models, call.io, config);
  const [first, ...more] = problems;
  if (first !== undefined) throw more.length === 0 ? first : together(problems, first);
  const openModel = createOpenModel({ io: call.io, config });
  if (flags.requireLlm) await requireLlm(chain, openModel);
  await requirePrices(chain, flags, openModel);
  return openModel;
}

type ModelFlags = Pick<WorldFlags, 'requireLlm'> & Partial<Pick<RunFlags, 'limits'>>;

function together(problems: readonly ModelError[], first: ModelError): ModelError {
  const message = `${problems.length} models cannot be called\n${problems.map((problem) => `  - ${problem.message}`).join('\n')}`;
  const helps = [...new Set(problems.flatMap(({ help }) => (help === undefined ? [] : [help])))];
  const { code, reason, provider } = first;
  return new ModelError(message, { code, reason, provider, help: helps.join('\n'), cause: first });
}

/** A limit on the cost that could not be held is refused before anything is paid for. */
async function requirePrices(chain: Chain, { limits }: ModelFlags, openModel: OpenModel): Promise<void> {
  const byFlag = limits?.cost !== undefined;
  if (!byFlag && chainsIn(chain).every((each) => each.limits.cost === undefined)) return;
  for (const spec of chain.uses.models) {
    const model = await openModel(spec);
    if (!model.llm || (model.cost?.(NO_USAGE) ?? null) !== null) continue;
    const { message, code, help } = unpriced(model.spec.id);
    throw byFlag ? new UsageError(message, { code, ...(help === undefined ? {} : { help }) }) : unpriced(model.spec.id);
  }
}

async function requireLlm(chain: Chain, openModel: OpenModel): Promise<void> {
  for (const spec of chain.uses.models) {
    const model = await openModel(spec);
    if (model.llm) continue;
    throw new UsageError(`--require-llm: "${model.spec.id}" is not a language model`, {
      code: 'PC2027',
      help: 'set the key of a provider, or name a model with --model provider/model',
    });
  }
}
