import type { Io } from '../core/io.ts';
import type { ModelConfig } from './config.ts';
import { findKeys, findServers } from './detect.ts';

/** What `auto` stands for here and now. */
export interface AutoModel {
  readonly id: string;
  readonly provider: string;
  readonly name: string;
  /** Why this one, for the user: `OPENAI_API_KEY is set`. */
  readonly because: string;
}

/** A provider whose key is found, else a server on this machine with a model that can chat, else `offline/extractive`. */
export async function resolveAuto(io: Io, config: ModelConfig = {}): Promise<AutoModel> {
  const keyed = await autoWithKey(io, config);
  if (keyed !== undefined) return keyed;
  for (const { provider, url, models } of await findServers(io, config)) {
    const [name] = models;
    if (name !== undefined) return autoModel(provider.id, name, `${provider.label} answers at ${new URL(url).host}`);
  }
  return autoModel('offline', 'extractive', 'no key and no local model was found');
}

/** The first half of that: what needs no network. */
export async function autoWithKey(io: Io, config: ModelConfig): Promise<AutoModel | undefined> {
  for (const { provider, from } of await findKeys(io, config)) {
    if (provider.autoModel === undefined) continue;
    const isVariable = from !== 'keys.json' && from !== 'api_key_command';
    return autoModel(provider.id, provider.autoModel, isVariable ? `${from} is set` : `${from} has a key`);
  }
  return undefined;
}

function autoModel(provider: string, name: string, because: string): AutoModel {
  return { id: `${provider}/${name}`, provider, name, because };
}
