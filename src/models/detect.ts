import { request } from 'node:http';
import type { Io } from '../core/io.ts';
import type { JsonObject } from '../core/json.ts';
import { isJsonObject } from '../core/json.ts';
import type { ModelConfig } from './config.ts';
import { endpointOf, isLoopback } from './endpoint.ts';
import { readKeyFile } from './key-file.ts';
import type { Provider } from './provider.ts';
import { PROVIDERS } from './providers.ts';

/** What could be called right now. */
export interface Detected {
  readonly keys: readonly DetectedKey[];
  readonly servers: readonly DetectedServer[];
}

export interface DetectedKey {
  readonly provider: Provider;
  /** The variable, `keys.json` or `api_key_command`. */
  readonly from: string;
  /** The key's last four characters, fewer for a short one; empty for a command, which is not run. */
  readonly tail: string;
}

/** A server on this machine that answered in the right shape. */
export interface DetectedServer {
  readonly provider: Provider;
  readonly url: string;
  /** Models that can chat, as the server orders them. */
  readonly models: readonly string[];
}

/** Looks for keys, and for Ollama and LM Studio on this machine (300 ms at most). */
export async function detectModels(io: Io, config: ModelConfig = {}): Promise<Detected> {
  const [keys, servers] = await Promise.all([findKeys(io, config), findServers(io, config)]);
  return { keys, servers };
}

/** Every provider of the table that has a key: those of variables first. */
export async function findKeys(io: Pick<Io, 'env'>, config: ModelConfig = {}): Promise<readonly DetectedKey[]> {
  const file = await readKeyFile(config, 'keys.json').catch((): Readonly<Record<string, string>> => ({}));
  const named: DetectedKey[] = [];
  const stored: DetectedKey[] = [];
  for (const provider of PROVIDERS) {
    const settings = config.providers?.[provider.id];
    const names = [...provider.keyEnv, ...(settings?.api_key_env === undefined ? [] : [settings.api_key_env])];
    const name = names.find((candidate) => (io.env[candidate] ?? '').trim() !== '');
    const value = file[provider.id];
    if (name !== undefined) named.push({ provider, from: name, tail: tailOf(io.env[name] ?? '') });
    else if (settings?.api_key_command !== undefined) stored.push({ provider, from: 'api_key_command', tail: '' });
    else if (value !== undefined) stored.push({ provider, from: 'keys.json', tail: tailOf(value) });
  }
  return [...named, ...stored];
}

/** The last four characters, but never more than a quarter of the key. */
function tailOf(key: string): string {
  const length = Math.min(4, Math.floor(key.trim().length / 4));
  return length === 0 ? '' : key.trim().slice(-length);
}

const PROBES: readonly { readonly id: string; readonly path: string; models(body: JsonObject): readonly string[] | undefined }[] =
  [
    { id: 'ollama', path: '/api/tags', models: ollamaModels },
    { id: 'lmstudio', path: '/api/v0/models', models: lmStudioModels },
  ];

export async function findServers(io: Pick<Io, 'env'>, config: ModelConfig = {}): Promise<readonly DetectedServer[]> {
  const found = await Promise.all(
    PROBES.map(async ({ id, path, models }) => {
      const place = placeOf(id, io, config);
      if (place === undefined) return undefined;
      const body = await getJson(new URL(path, place.url));
      const names = isJsonObject(body) ? models(body) : undefined;
      return names === undefined ? undefined : { provider: place.provider, url: place.url.href, models: names };
    }),
  );
  return found.filter((server) => server !== undefined);
}

/** Only this machine is asked, unless the user's own settings name another. */
function placeOf(id: string, io: Pick<Io, 'env'>, config: ModelConfig) {
  try {
    const endpoint = endpointOf({ id, provider: id, name: 'any', params: {} }, io, config);
    return endpoint.from === 'project' && !isLoopback(endpoint.url) ? undefined : endpoint;
  } catch {
    return undefined;
  }
}

function ollamaModels(body: JsonObject): readonly string[] | undefined {
  const models = listOf(body.models);
  return models
    ?.filter((model) => !(isJsonObject(model.details) && /bert/i.test(String(model.details.family ?? ''))))
    .map((model) => model.name)
    .filter(canChat);
}

function lmStudioModels(body: JsonObject): readonly string[] | undefined {
  const models = listOf(body.data)?.filter((model) => model.type === undefined || model.type === 'llm' || model.type === 'vlm');
  const loadedFirst = models?.toSorted((a, b) => Number(b.state === 'loaded') - Number(a.state === 'loaded'));
  return loadedFirst?.map((model) => model.id).filter(canChat);
}

function listOf(value: unknown): readonly JsonObject[] | undefined {
  return Array.isArray(value) ? value.filter(isJsonObject) : undefined;
}

function canChat(name: unknown): name is string {
  return typeof name === 'string' && name !== '' && !/embed|rerank|whisper/i.test(name);
}

const PROBE_MS = 300;
const PROBE_BYTES = 1024 * 1024;

/** The JSON at a loopback address, or undefined whatever goes wrong. */
function getJson(url: URL): Promise<unknown> {
  return new Promise((resolve) => {
    const give = () => resolve(undefined);
    const probe = request(url, { signal: AbortSignal.timeout(PROBE_MS), headers: { accept: 'application/json' } }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > PROBE_BYTES) response.destroy();
      });
      response.on('error', give);
      response.on('close', give);
      response.on('end', () => resolve(response.statusCode === 200 ? parsed(Buffer.concat(chunks).toString()) : undefined));
    });
    probe.on('error', give);
    probe.end();
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
