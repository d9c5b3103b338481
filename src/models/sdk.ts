import type { IncomingMessage } from 'node:http';
import type { JsonObject } from '../core/json.ts';
import type { Endpoint } from './endpoint.ts';
import type { FoundKey } from './keys.ts';
import type { Fetch } from './transport.ts';
import { bodyOf } from './transport.ts';

/** Sends one request and gives the stream of its answer; throws what the transport throws. */
export type Send = (call: SendCall) => Promise<IncomingMessage>;

export interface SendCall {
  readonly path: string;
  readonly body: JsonObject;
  readonly idempotencyKey: string | undefined;
  readonly signal: AbortSignal;
}

interface Wiring {
  readonly endpoint: Endpoint;
  readonly key: FoundKey | undefined;
  readonly fetch: Fetch;
  readonly timeoutMs: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The provider's own SDK, loaded when the first model needs it. Its retries are off (the engine has the one retry loop) and
 * so is its log, which would print prompts, by default to stdout. Requests go through `post`, the SDK's door below its
 * helpers: those print deprecation notes of their own.
 */
export async function openSdk(wiring: Wiring): Promise<Send> {
  return wiring.endpoint.provider.protocol === 'anthropic' ? openAnthropic(wiring) : openOpenAi(wiring);
}

async function openOpenAi({ endpoint, key, fetch, timeoutMs, env }: Wiring): Promise<Send> {
  const { OpenAI } = await import('openai/client');
  const { provider, apiVersion } = endpoint;
  const own = provider.id === 'openai';
  const client = new OpenAI({
    apiKey: key?.value ?? 'none',
    adminAPIKey: null,
    webhookSecret: null,
    organization: own ? (env.OPENAI_ORG_ID ?? null) : null,
    project: own ? (env.OPENAI_PROJECT_ID ?? null) : null,
    baseURL: trimmed(endpoint.url),
    // Set here, because the SDK lets OPENAI_CUSTOM_HEADERS of the environment go to any host.
    defaultHeaders: { ...(own ? {} : withheld(env.OPENAI_CUSTOM_HEADERS)), ...keyHeader(endpoint, key) },
    ...(apiVersion === undefined ? {} : { defaultQuery: { 'api-version': apiVersion } }),
    fetch,
    maxRetries: 0,
    timeout: timeoutMs,
    logLevel: 'off',
  });
  return async ({ path, body, idempotencyKey, signal }) => {
    const headers = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
    return bodyOf(await client.post(path, { body, headers, signal, stream: true }).asResponse());
  };
}

async function openAnthropic({ endpoint, key, fetch, timeoutMs }: Wiring): Promise<Send> {
  const { Anthropic } = await import('@anthropic-ai/sdk/client');
  const bearer = key?.name === 'ANTHROPIC_AUTH_TOKEN';
  const client = new Anthropic({
    ...(bearer ? { authToken: key.value } : { apiKey: key?.value ?? 'none' }),
    webhookKey: null,
    baseURL: trimmed(endpoint.url).replace(/\/v1$/, ''),
    defaultHeaders: key === undefined ? { authorization: null } : {},
    fetch,
    maxRetries: 0,
    timeout: timeoutMs,
    logLevel: 'off',
    openTelemetry: false,
  });
  return async ({ path, body, idempotencyKey, signal }) => {
    const headers = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
    return bodyOf(await client.post(path, { body, headers, signal, stream: true }).asResponse());
  };
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
