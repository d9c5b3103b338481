import { ModelError } from '../core/errors.ts';
import type { Io } from '../core/io.ts';
import type { ModelSpec } from '../core/model.ts';
import type { ModelConfig } from './config.ts';
import type { Endpoint } from './endpoint.ts';
import { endpointOf, isLoopback, isTrustedHost } from './endpoint.ts';
import { readKeyFile } from './key-file.ts';
import { isKeyless } from './keyless.ts';
import { PROVIDERS } from './providers.ts';

/** A key, and where it was found, for messages. */
export interface FoundKey {
  readonly value: string;
  /** The variable's name, `keys.json`, or `api_key_command`. */
  readonly name: string;
  /** `project`: it came with the project's `.env`. */
  readonly from: 'user' | 'project';
}

/**
 * Every reason why one of these models could not be called, found without the network and without running a command: keys
 * that are missing or may not travel, unknown providers, base URLs that are none. Only what the models use is looked at.
 */
export async function checkKeys(specs: readonly ModelSpec[], io: Io, config: ModelConfig = {}): Promise<readonly ModelError[]> {
  const errors = new Map<string, ModelError>();
  for (const spec of specs) {
    if (spec.id === 'auto' || isKeyless(spec)) continue;
    const error = await problemOf(spec, io, config);
    if (error !== undefined && !errors.has(error.message)) errors.set(error.message, error);
  }
  return [...errors.values()];
}

async function problemOf(spec: ModelSpec, io: Io, config: ModelConfig): Promise<ModelError | undefined> {
  try {
    const endpoint = endpointOf(spec, io, config);
    if (
      config.providers?.[spec.provider]?.api_key_command !== undefined &&
      variableKey(spec, endpoint, io, config) === undefined
    ) {
      return undefined;
    }
    const key = await storedKey(spec, endpoint, io, config);
    assertUsable(spec, endpoint, key, io, config);
    return undefined;
  } catch (error) {
    if (error instanceof ModelError) return error;
    throw error;
  }
}

/** The key for one model: variable, `api_key_env`, `api_key_command`, `keys.json`, in this order. Throws `ModelError` when none may be used. */
export async function keyFor(spec: ModelSpec, endpoint: Endpoint, io: Io, config: ModelConfig): Promise<FoundKey | undefined> {
  const key =
    variableKey(spec, endpoint, io, config) ?? (await commandKey(spec, config)) ?? (await storedKey(spec, endpoint, io, config));
  assertUsable(spec, endpoint, key, io, config);
  return key;
}

/** The key that is there without running a command. */
async function storedKey(spec: ModelSpec, endpoint: Endpoint, io: Io, config: ModelConfig): Promise<FoundKey | undefined> {
  const variable = variableKey(spec, endpoint, io, config);
  if (variable !== undefined) return variable;
  const value = (await readKeyFile(config, spec.provider))[spec.provider]?.trim();
  return value === undefined || value === '' ? undefined : { value, name: 'keys.json', from: 'user' };
}

function variableKey(spec: ModelSpec, { provider }: Endpoint, io: Io, config: ModelConfig): FoundKey | undefined {
  const names = [...provider.keyEnv, spec.apiKeyEnv, config.providers?.[spec.provider]?.api_key_env];
  // A model that names its own variable means that one, not the provider's general one.
  const ordered = spec.apiKeyEnv === undefined ? names : [spec.apiKeyEnv];
  for (const name of ordered) {
    const value = name === undefined ? undefined : io.env[name]?.trim();
    if (name === undefined || value === undefined || value === '') continue;
    return { value, name, from: config.envFileNames?.has(name) === true ? 'project' : 'user' };
  }
  return undefined;
}

async function commandKey(spec: ModelSpec, config: ModelConfig): Promise<FoundKey | undefined> {
  const command = config.providers?.[spec.provider]?.api_key_command;
  if (command === undefined) return undefined;
  const { runKeyCommand } = await import('./key-command.ts');
  return { value: await runKeyCommand(command, spec.provider), name: 'api_key_command', from: 'user' };
}

function assertUsable(spec: ModelSpec, endpoint: Endpoint, key: FoundKey | undefined, io: Io, config: ModelConfig): void {
  if (key === undefined) {
    if (endpoint.provider.keyless === true && spec.apiKeyEnv === undefined) return;
    if (isLoopback(endpoint.url)) return;
    throw missing(spec, endpoint, io);
  }
  if (/[^\x21-\x7e]/.test(key.value)) throw malformed(spec, key);
  if (endpoint.from === 'project' && key.from !== 'project' && !isTrustedHost(endpoint.url, config))
    throw strays(spec, endpoint, key);
}

function missing(spec: ModelSpec, { provider }: Endpoint, io: Io): ModelError {
  const variable = spec.apiKeyEnv ?? provider.keyEnv[0] ?? '';
  const where = spec.position === undefined ? '' : ` at ${spec.position.file}:${spec.position.line}`;
  const ready = PROVIDERS.filter(
    (row) => row.id !== provider.id && row.keyEnv.some((name) => (io.env[name] ?? '').trim() !== ''),
  );
  const help = [
    provider.keyUrl === undefined ? `set ${variable}` : `get a key at ${provider.keyUrl} and set ${variable}`,
    ready.length === 0 ? undefined : `keys are ready for: ${ready.map(({ id }) => id).join(', ')}`,
    'without a key: --model auto (a local Ollama or LM Studio, or offline/extractive)',
  ];
  return new ModelError(`no key for ${provider.label}: ${variable} is not set (model ${spec.id}${where})`, {
    code: 'PC4001',
    reason: 'auth',
    provider: provider.id,
    help: help.filter((line) => line !== undefined).join('; '),
  });
}

function malformed(spec: ModelSpec, key: FoundKey): ModelError {
  return new ModelError(`the key in ${key.name} holds a space, a line break or another character that no header can carry`, {
    code: 'PC4006',
    reason: 'auth',
    provider: spec.provider,
    help: `set ${key.name} to the key alone`,
  });
}

function strays(spec: ModelSpec, endpoint: Endpoint, key: FoundKey): ModelError {
  return new ModelError(`${spec.id} would send your key (${key.name}) to ${endpoint.url.host}, which ${endpoint.named} names`, {
    code: 'PC4003',
    reason: 'auth',
    provider: spec.provider,
    help: `if you trust that host, add it to allow_hosts in your own settings: ${endpoint.url.host}`,
  });
}
