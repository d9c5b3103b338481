import type { Call } from '../command.ts';
import { createRedactor, secretsOf } from '../redact.ts';
import { secretNames } from '../run/secret-names.ts';
import { openToolbox } from '../run/toolbox.ts';
import { load, readyWorld } from '../run/world.ts';
import { requireTrust } from '../trust/require.ts';
import type { ServeFlags } from './flags.ts';
import type { ReadyChain } from './start.ts';

/** Loads a chain and makes sure that it can run: its keys are there, its servers can start, it is trusted. */
export async function readyChain(call: Call, flags: ServeFlags, file: string): Promise<ReadyChain> {
  const own = { ...flags, chain: file };
  const chain = await load(call, own);
  const openModel = await readyWorld(call, own, chain);
  await requireTrust(call, chain, flags);
  const redactor = createRedactor(secretsOf(call.io.env, secretNames(chain)));
  const nobody = { ...call, interactive: false };
  const toolbox = await openToolbox({ call: nobody, flags, chain, redact: redactor.text, askInTurn: (ask) => ask() });
  return { chain, openModel, redactor, toolbox };
}
