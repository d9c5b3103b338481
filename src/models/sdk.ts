import type { OpenAI } from 'openai';
import type { Endpoint } from './endpoint.ts';
import type { FoundKey } from './find-key.ts';

/** The part of a request that is the same for every call to one model. */
export interface Draft {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

interface Wiring {
  readonly endpoint: Endpoint;
  readonly path: string;
  readonly key: FoundKey | undefined;
  readonly timeoutMs: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The drafts of one environment, by all else that they depend on: the steps of a chain have models of their own, most of them alike. */
export type Drafts = Map<string, Promise<Draft>>;

/**
 * Has the provider's own SDK draft the request: address, authentication, versions, the headers it is known by. Sending it and
 * reading the answer are ours (`transport.ts`, `stream.ts`), because the SDKs take a stream without an end mark for whole,
 * retry, log prompts and cost several times the processor time. The SDK is loaded when its first model is opened.
 */
export function draftRequest(wiring: Wiring, drafts: Drafts): Promise<Draft> {
  const { provider, url, apiVersion } = wiring.endpoint;
  const name = JSON.stringify([provider.id, url.href, apiVersion, wiring.path, wiring.timeoutMs, wiring.key]);
  const draft = drafts.get(name) ?? draftAnew(wiring);
  drafts.set(name, draft);
  return draft;
}

async function draftAnew(wiring: Wiring): Promise<Draft> {
  const { req, url } = await (wiring.endpoint.provider.protocol === 'anthropic' ? draftAnthropic(wiring) : draftOpenAi(wiring));
  // Their own `Headers`, which in the bundle is not Node's. Unasked, a gateway may compress the stream.
  return { url: new URL(url), headers: { ...Object.fromEntries(req.headers as Headers), 'accept-encoding': 'identity' } };
}

async function draftOpenAi({ endpoint, path, key, timeoutMs, env }: Wiring): ReturnType<OpenAI['buildRequest']> {
  const { OpenAI: Client } = await import('openai/client');
  const { provider, apiVersion } = endpoint;
  const own = provider.id === 'openai';
  const client = new Client({
    apiKey: key?.value ?? 'none',
    adminAPIKey: null,
    webhookSecret: null,
    organization: own ? (env.OPENAI_ORG_ID ?? null) : null,
    project: own ? (env.OPENAI_PROJECT_ID ?? null) : null,
    baseURL: trimmed(endpoint.url),
    // Given here, because the SDK lets OPENAI_CUSTOM_HEADERS of the environment go to any host.
    defaultHeaders: { ...(own ? {} : withheld(env.OPENAI_CUSTOM_HEADERS)), ...keyHeader(endpoint, key) },
    ...(apiVersion === undefined ? {} : { defaultQuery: { 'api-version': apiVersion } }),
    timeout: timeoutMs,
    logLevel: 'off',
  });
  return client.buildRequest({ method: 'post', path, body: {}, stream: true });
}

async function draftAnthropic({ endpoint, path, key, timeoutMs }: Wiring): ReturnType<OpenAI['buildRequest']> {
  const { Anthropic } = await import('@anthropic-ai/sdk/client');
  const bearer = key?.name === 'ANTHROPIC_AUTH_TOKEN';
  const client = new Anthropic({
    ...(bearer ? { authToken: key.value } : { apiKey: key?.value ?? 'none' }),
    webhookKey: null,
    baseURL: trimmed(endpoint.url).replace(/\/v1$/, ''),
    defaultHeaders: key === undefined ? { authorization: null } : {},
    timeout: timeoutMs,
    logLevel: 'off',
    openTelemetry: false,
  });
  return client.buildRequest({ method: 'post', path, body: {}, stream: true });
}

/** The key's header, in the host's own form; null keeps the SDK from sending its own. */
function keyHeader({ provider }: Endpoint, key: FoundKey | undefined): Record<string, string | null> {
  if (key === undefined) return { authorization: null };
  if (provider.keyHeader === 'api-key') return { authorization: null, 'api-key': key.value };
  return { authorization: `Bearer ${key.value}` };
}

/** The headers that a variable of the environment makes the SDK add to every request, each taken away again. */
function withheld(headers: string | undefined): Record<string, null> {
  const lines = (headers ?? '').split('\n');
  const names = lines.map((line) => line.slice(0, Math.max(0, line.indexOf(':'))).trim());
  return Object.fromEntries(names.filter((name) => name !== '').map((name) => [name.toLowerCase(), null]));
}

function trimmed(url: URL): string {
  return url.href.replace(/\/+$/, '');
}
