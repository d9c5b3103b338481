import { ModelError } from '../core/errors.ts';
import type { Io } from '../core/io.ts';
import type { ModelSpec } from '../core/model.ts';
import { nearest } from '../lib/nearest.ts';
import type { ModelConfig } from './config.ts';
import type { Provider } from './provider.ts';
import { customProvider, envName, PROVIDERS, providerOf } from './providers.ts';

/** Where a model is reached, and who said so. */
export interface Endpoint {
  readonly provider: Provider;
  readonly url: URL;
  /** `project`: a chain file or its `.env`, which came with the project rather than from the user. */
  readonly from: 'built-in' | 'user' | 'project';
  /** What names the URL: the table, a variable, or a `base_url` that somebody wrote for this model or provider. */
  readonly by: 'table' | 'variable' | 'base_url';
  /** The same in words, for messages. */
  readonly named: string;
  readonly apiVersion?: string;
}

/** Decides the endpoint: chain file, then the user's settings, then variables, then the table. */
export function endpointOf(spec: ModelSpec, io: Pick<Io, 'env'>, config: ModelConfig): Endpoint {
  const settings = config.providers?.[spec.provider];
  const known = providerOf(spec.provider);
  const custom = spec.baseUrl !== undefined || settings?.base_url !== undefined;
  const provider = known ?? (custom ? customProvider(spec.provider) : undefined);
  if (provider === undefined) throw unknownProvider(spec);
  if (spec.name === '') throw nameless(spec, provider);
  const version = provider.id === 'azure' ? io.env.OPENAI_API_VERSION?.trim() : undefined;
  const apiVersion = version === '' ? undefined : version;
  const place = { provider, ...(apiVersion === undefined ? {} : { apiVersion }) };
  const complete = (url: URL) => (provider.id === 'azure' ? azureUrl(url, spec.name, apiVersion) : url);
  if (spec.baseUrl !== undefined) {
    return {
      ...place,
      url: complete(urlOf(spec.baseUrl, 'base_url', provider)),
      from: 'project',
      by: 'base_url',
      named: 'base_url in the chain file',
    };
  }
  if (settings?.base_url !== undefined) {
    return {
      ...place,
      url: complete(urlOf(settings.base_url, 'base_url', provider)),
      from: 'user',
      by: 'base_url',
      named: 'base_url in your settings',
    };
  }
  const name = baseUrlNames(provider).find((candidate) => (io.env[candidate] ?? '').trim() !== '');
  if (name !== undefined) {
    const fromFile = config.envFileNames?.has(name) === true;
    const url = complete(urlOf(io.env[name] ?? '', name, provider));
    return { ...place, url, from: fromFile ? 'project' : 'user', by: 'variable', named: fromFile ? `${name} in .env` : name };
  }
  if (provider.baseUrl === undefined) throw placeless(spec, provider);
  return { ...place, url: new URL(provider.baseUrl), from: 'built-in', by: 'table', named: 'built in' };
}

/** The variables that replace a provider's base URL, in the order they are asked. */
function baseUrlNames(provider: Provider): readonly string[] {
  return [...(provider.baseUrlEnv ?? []), `${envName(provider.id)}_BASE_URL`];
}

export function isLoopback(url: URL): boolean {
  const host = url.hostname;
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}

/** Whether a project may send the user's key there: this machine, a host of the table over TLS, or one the user allowed. */
export function isTrustedHost(url: URL, config: ModelConfig): boolean {
  if (isLoopback(url)) return true;
  if (config.allowHosts?.some((host) => host === url.host || host === url.hostname) === true) return true;
  return PROVIDERS.some((provider) => provider.baseUrl !== undefined && new URL(provider.baseUrl).origin === url.origin);
}

function urlOf(text: string, named: string, provider: Provider): URL {
  const trimmed = text.trim();
  const url = provider.id === 'ollama' && named === 'OLLAMA_HOST' ? ollamaUrl(trimmed) : parsed(trimmed);
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new ModelError(
      `${named} of provider "${provider.id}" is not an http(s) URL without a user name: "${withoutUser(trimmed)}"`,
      {
        code: 'PC5002',
        reason: 'chain',
        provider: provider.id,
        help: `write it like ${provider.baseUrl ?? 'https://host.example/v1'}`,
      },
    );
  }
  return url;
}

function parsed(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** Ollama's own variable: `host`, `host:port`, `:port` or a URL; `0.0.0.0` is what a server listens on, not where one calls. */
function ollamaUrl(text: string): URL | undefined {
  const withScheme = /^https?:\/\//.test(text) ? text : `http://${text.startsWith(':') ? '127.0.0.1' : ''}${text}`;
  const url = parsed(withScheme);
  if (url === undefined) return undefined;
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = '127.0.0.1';
  if (url.port === '' && url.protocol === 'http:' && !/:80(\/|$)/.test(text)) url.port = '11434';
  if (!/\/v1\/?$/.test(url.pathname)) url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1`;
  return url;
}

/** A resource's address is completed to its API (a version asks for the dated one); one that has a path is taken as it is. */
function azureUrl(url: URL, deployment: string, apiVersion: string | undefined): URL {
  if (/\/openai(\/|$)/.test(url.pathname)) return url;
  const completed = new URL(url);
  const path = apiVersion === undefined ? 'v1' : `deployments/${encodeURIComponent(deployment)}`;
  completed.pathname = `${url.pathname.replace(/\/+$/, '')}/openai/${path}`;
  return completed;
}

function withoutUser(text: string): string {
  return text.replace(/\/\/[^/@]*@/, '//…@').slice(0, 200);
}

function unknownProvider(spec: ModelSpec): ModelError {
  const ids = PROVIDERS.map(({ id }) => id);
  const meant = nearest(spec.provider, [...ids, 'echo', 'offline', 'auto']);
  return new ModelError(`no provider is called "${spec.provider}" (model "${spec.id}")`, {
    code: 'PC5001',
    reason: 'chain',
    provider: spec.provider,
    help:
      meant === undefined
        ? `give the model a base_url, or use one of: ${ids.join(', ')}`
        : `did you mean "${meant}/${spec.name}"?`,
  });
}

function nameless(spec: ModelSpec, provider: Provider): ModelError {
  return new ModelError(`"${spec.id}" names a provider but no model`, {
    code: 'PC5004',
    reason: 'chain',
    provider: provider.id,
    help: `write ${provider.id}/${provider.autoModel ?? '<model>'}`,
  });
}

function placeless(spec: ModelSpec, provider: Provider): ModelError {
  return new ModelError(`${provider.label} has no address that is the same for everyone (model "${spec.id}")`, {
    code: 'PC5002',
    reason: 'chain',
    provider: provider.id,
    help: `set ${baseUrlNames(provider)[0]} to the address of your own resource`,
  });
}
