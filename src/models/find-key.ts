import { ModelError } from '../core/errors.ts';
import type { Io } from '../core/io.ts';
import type { ModelSpec } from '../core/model.ts';
import type { ModelConfig } from './config.ts';
import type { Endpoint } from './endpoint.ts';
import { isLoopback, isTrustedHost } from './endpoint.ts';
import { readKeyFile } from './key-file.ts';
import { PROVIDERS } from './providers.ts';

/** A key, and where it was found, for messages. */
export interface FoundKey {
  readonly value: string;
  /** The variable's name, `keys.json`, or `api_key_command`. */
  readonly name: string;
  /** `project`: it came with the project's `.env`. */
  readonly from: 'user' | 'project';
}

/** What the commands of the settings printed: each is run once, however many models want its key. */
export type KeyCommands = Map<string, Promise<string>>;

/**
 * The key for one model: variable, `api_key_env`, `api_key_command`, `keys.json`, in this order. Undefined where none is
 * needed. Throws `ModelError` when there is none, or when it may not be sent to this endpoint.
 */
export async function keyFor(
  spec: ModelSpec,
  endpoint: Endpoint,
  io: Pick<Io, 'env'>,
  config: ModelConfig,
  commands: KeyCommands,
): Promise<FoundKey | undefined> {
  const key = await assertKey(spec, endpoint, io, config);
  const command = config.providers?.[spec.provider]?.api_key_command;
  if (key?.name !== COMMAND || command === undefined) return key;
  const printed =
    commands.get(spec.provider) ?? import('./key-command.ts').then(({ runKeyCommand }) => runKeyCommand(command, spec.provider));
  commands.set(spec.provider, printed);
  const found = { ...key, value: await printed };
  assertUsable(spec, endpoint, found, io, config);
  return found;
}

/** Throws as `keyFor` does, without running a command: the key of one is not known, and may all the same be known to go astray. */
export async function assertKey(
  spec: ModelSpec,
  endpoint: Endpoint,
  io: Pick<Io, 'env'>,
  config: ModelConfig,
): Promise<FoundKey | undefined> {
  const key = variableKey(spec, endpoint, io, config) ?? commandKey(spec, config) ?? (await fileKey(spec, config));
  assertUsable(spec, endpoint, key, io, config);
  return key;
}

function variableKey(spec: ModelSpec, { provider }: Endpoint, io: Pick<Io, 'env'>, config: ModelConfig): FoundKey | undefined {
  // A model that names its own variable means that one, not the provider's general one.
  const names =
    spec.apiKeyEnv === undefined ? [...provider.keyEnv, config.providers?.[spec.provider]?.api_key_env] : [spec.apiKeyEnv];
  for (const name of names) {
    const value = name === undefined ? undefined : io.env[name]?.trim();
    if (name === undefined || value === undefined || value === '') continue;
    return { value, name, from: config.envFileNames?.has(name) === true ? 'project' : 'user' };
  }
  return undefined;
}

const COMMAND = 'api_key_command';

function commandKey(spec: ModelSpec, config: ModelConfig): FoundKey | undefined {
  if (spec.apiKeyEnv !== undefined || config.providers?.[spec.provider]?.api_key_command === undefined) return undefined;
  return { value: 'not-run-yet', name: COMMAND, from: 'user' };
}

async function fileKey(spec: ModelSpec, config: ModelConfig): Promise<FoundKey | undefined> {
  if (spec.apiKeyEnv !== undefined) return undefined;
  const value = (await readKeyFile(config, spec.provider))[spec.provider]?.trim();
  return value === undefined || value === '' ? undefined : { value, name: 'keys.json', from: 'user' };
}

function assertUsable(
  spec: ModelSpec,
  endpoint: Endpoint,
  key: FoundKey | undefined,
  io: Pick<Io, 'env'>,
  config: ModelConfig,
): void {
  if (key === undefined) {
    if (endpoint.provider.keyless === true && spec.apiKeyEnv === undefined) return;
    if (endpoint.by === 'base_url' && isLoopback(endpoint.url)) return;
    throw missing(spec, endpoint, io);
  }
  if (/[^\x21-\x7e]/.test(key.value)) throw malformed(spec, key);
  if (endpoint.from === 'project' && key.from !== 'project' && !isTrustedHost(endpoint.url, config))
    throw strays(spec, endpoint, key);
}

function missing(spec: ModelSpec, { provider, url }: Endpoint, io: Pick<Io, 'env'>): ModelError {
  const variable = spec.apiKeyEnv ?? provider.keyEnv[0] ?? '';
  const where = spec.position === undefined ? '' : ` at ${spec.position.file}:${spec.position.line}`;
  const ready = PROVIDERS.filter(
    (row) => row.id !== provider.id && row.keyEnv.some((name) => (io.env[name] ?? '').trim() !== ''),
  );
  const help = [
    provider.keyUrl === undefined ? `set ${variable}` : `get a key at ${provider.keyUrl} and set ${variable}`,
    isLoopback(url) ? `if the server at ${url.host} takes any key, set ${variable} to any text` : undefined,
    ready.length === 0 ? undefined : `keys are ready for: ${ready.map(({ id }) => id).join(', ')}`,
    'without a key: --model auto (a local Ollama or LM Studio, or offline/extractive)',
  ];
  return new ModelError(`no key for ${provider.label}: ${variable} is not set (model ${spec.id}${where})`, {
    code: 'PC4001',
    reason: 'auth',
    provider: provider.id,
    help: help.filter((line) => line !== undefined).join('\n'),
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
