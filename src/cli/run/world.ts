import { resolve } from 'node:path';
import type { Chain } from '../../core/chain.ts';
import type { AnswerFormat, OpenModel } from '../../core/model.ts';
import { createOpenModel } from '../../models/open.ts';
import type { Call } from '../command.ts';
import { loadOptions } from '../load-options.ts';
import { modelConfig } from '../model-config.ts';
import { isAnswered } from '../traffic/open.ts';
import { checkSecrets, checkServers } from './check.ts';
import { loadAsked } from './load.ts';
import { readyModels } from './models.ts';
import { readStdin } from './read-text.ts';
import { setValues, type WorldFlags } from './world-flags.ts';

/** The chain that the flags name; `answer` is what its last step must answer. */
export async function load(call: Call, flags: WorldFlags, answer?: AnswerFormat): Promise<Chain> {
  const options = loadOptions(call);
  const text = flags.chain === '-' ? await readStdin(call.io, flags.maxInputBytes) : undefined;
  return loadAsked(flags.chain === '-' ? '<stdin>' : resolve(call.io.cwd, flags.chain), {
    ...options,
    model: {
      ...options.model,
      ...(flags.model === undefined ? {} : { override: flags.model }),
      steps: flags.stepModels,
      ...(flags.params === undefined ? {} : { params: flags.params }),
    },
    set: await setValues(flags.set),
    strict: flags.strict,
    ...(answer === undefined ? {} : { answer }),
    ...(text === undefined ? {} : { text }),
  });
}

/** Checks that all the run needs of the world is there. A run that is answered from a file needs no key and no server. */
export async function readyWorld(call: Call, flags: WorldFlags, chain: Chain): Promise<OpenModel> {
  if (!isAnswered(flags) || chain.uses.commands || chain.uses.functions) checkSecrets(chain, call.io.env);
  if (isAnswered(flags)) return createOpenModel({ io: call.io, config: modelConfig(call) });
  if (flags.mcp) checkServers(chain);
  return readyModels(call, flags, chain);
}
