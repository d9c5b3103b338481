import type { Chain } from '../../core/chain.ts';
import { UsageError } from '../../core/errors.ts';
import type { OpenModel } from '../../core/model.ts';
import type { Toolbox } from '../../core/tool.ts';
import { Refused } from '../../serve/refusal.ts';
import type { Call } from '../command.ts';
import { modelConfig } from '../model-config.ts';
import { createRedactor, type Redactor, secretsOf } from '../redact.ts';
import { contentHash } from '../run/given.ts';
import { secretNames } from '../run/secret-names.ts';
import { openToolbox } from '../run/toolbox.ts';
import { load, readyWorld } from '../run/world.ts';
import { requireTrust } from '../trust/require.ts';
import { type ClientView, clientViewOf } from './client-view.ts';
import type { ServeFlags } from './flags.ts';
import type { Override } from './overrides.ts';
import { FILES_CHANGED } from './trust-watch.ts';

/** A chain that is ready to be run any number of times, at once or one after the other. */
export interface ReadyChain {
  readonly chain: Chain;
  /** Of this chain, as a client has overridden them. */
  readonly flags: ServeFlags;
  readonly openModel: OpenModel;
  readonly redactor: Redactor;
  readonly view: ClientView;
  /** One for all its runs: a server that is up stays up. */
  readonly toolbox: Toolbox | undefined;
}

/** Loads a chain and makes sure that it can run: its keys are there, its servers can start, it is trusted. */
export async function readyChain(call: Call, flags: ServeFlags, file: string): Promise<ReadyChain> {
  if (file === '-') throw new UsageError('a chain from stdin cannot be served', { help: 'name a chain file' });
  const own = { ...flags, chain: file };
  const { chain, openModel } = await loadReady(call, own);
  await requireTrust(call, chain, flags);
  const redactor = createRedactor(secretsOf(call.io.env, secretNames(chain)));
  const nobody = { ...call, interactive: false };
  const toolbox = await openToolbox({
    call: nobody,
    flags,
    chain,
    redact: redactor.text,
    askInTurn: (ask) => ask(),
    lasting: true,
  });
  const view = clientViewOf(chain, call, flags);
  return { chain, flags: own, openModel: await withCache(call, own, { chain, openModel, redactor }), redactor, view, toolbox };
}

/**
 * The same chain as a client wants it, with the servers it has. Throws `UsageError` for a model that cannot be called, `Refused`
 * for files that have changed since: what they would run now is not what was trusted.
 */
export async function overriddenChain(call: Call, ready: ReadyChain, { model, params }: Override): Promise<ReadyChain> {
  const flags = { ...ready.flags, params, ...(model === undefined ? {} : { model, stepModels: {} }) };
  const { chain, openModel } = await loadReady(call, flags).catch((cause: unknown) => {
    // What is wrong with the key or the file is the operator's to know.
    throw new UsageError('the chain cannot be run with this override', { code: 'PC2272', cause });
  });
  if (contentHash(chain) !== contentHash(ready.chain)) throw new Refused(FILES_CHANGED);
  return { ...ready, flags, chain, openModel: await withCache(call, flags, { ...ready, chain, openModel }) };
}

async function loadReady(call: Call, flags: ServeFlags): Promise<Pick<ReadyChain, 'chain' | 'openModel'>> {
  const chain = await load(call, flags);
  return { chain, openModel: await readyWorld(call, flags, chain) };
}

async function withCache(
  call: Call,
  flags: ServeFlags,
  { chain, openModel, redactor }: Pick<ReadyChain, 'chain' | 'openModel' | 'redactor'>,
): Promise<OpenModel> {
  if (!flags.cache || !chain.uses.cache) return openModel;
  const { cachingModels } = await import('../traffic/cache.ts');
  const warn = (message: string): void => void call.err.write(`warning[PC8205]: ${message}\n`);
  return cachingModels(openModel, { call, config: modelConfig(call), redactor, warn });
}
