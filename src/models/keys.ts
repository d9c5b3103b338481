import { ModelError } from '../core/errors.ts';
import type { Io } from '../core/io.ts';
import type { ModelSpec } from '../core/model.ts';
import { autoWithKey } from './auto.ts';
import type { ModelConfig } from './config.ts';
import { endpointOf } from './endpoint.ts';
import { assertKey } from './find-key.ts';
import { isKeyless } from './keyless.ts';
import { protocolFor } from './protocols.ts';

/**
 * Every reason why one of these models could not be called, found without the network and without running a command: keys that
 * are missing or may not travel, unknown providers, base URLs that are none, parameters that cannot be sent. Only what the
 * models use is looked at; the same reason is told once.
 */
export async function checkKeys(specs: readonly ModelSpec[], io: Io, config: ModelConfig = {}): Promise<readonly ModelError[]> {
  const errors = new Map<string, ModelError>();
  for (const spec of specs) {
    const error = await problemOf(spec, io, config);
    if (error === undefined) continue;
    const isOfTheKey = error.code.startsWith('PC4');
    const same = isOfTheKey ? `${error.code} ${spec.provider} ${spec.apiKeyEnv} ${spec.baseUrl}` : error.message;
    if (!errors.has(same)) errors.set(same, error);
  }
  return [...errors.values()];
}

async function problemOf(spec: ModelSpec, io: Io, config: ModelConfig): Promise<ModelError | undefined> {
  if (isKeyless(spec)) return undefined;
  try {
    if (spec.id === 'auto') {
      const auto = await autoWithKey(io, config);
      return auto === undefined ? undefined : await problemOf({ ...spec, ...auto }, io, config);
    }
    const endpoint = endpointOf(spec, io, config);
    await assertKey(spec, endpoint, io, config);
    await protocolFor(spec, endpoint);
    return undefined;
  } catch (error) {
    if (error instanceof ModelError) return error;
    throw error;
  }
}
