import type { IncomingMessage } from 'node:http';
import { ModelError } from '../core/errors.ts';
import type { Model, ModelEvent, ModelRequest, ModelSpec, Usage } from '../core/model.ts';
import type { Forecasts } from '../lib/forecast.ts';
import { estimateInput } from '../lib/token-estimate.ts';
import { admitted } from './admitted.ts';
import type { Agents } from './agents.ts';
import type { Timeouts } from './config.ts';
import type { Endpoint } from './endpoint.ts';
import type { Origin } from './failure.ts';
import { tooLong, unreachable } from './failure.ts';
import type { FoundKey } from './find-key.ts';
import type { Limiter, Pass } from './limiter.ts';
import type { CostOf } from './price.ts';
import type { Protocol } from './protocol.ts';
import { allowancesIn } from './rate-headers.ts';
import { type Drafts, draftRequest } from './sdk.ts';
import { readAnswer } from './stream.ts';
import { inMode } from './structured.ts';
import { post } from './transport.ts';

export interface RemoteOptions {
  readonly spec: ModelSpec;
  readonly endpoint: Endpoint;
  readonly key: FoundKey | undefined;
  readonly protocol: Protocol;
  readonly origin: Origin;
  readonly agents: Agents;
  readonly timeouts: Timeouts;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cost: CostOf;
  /** See `Model`. */
  window(): number | undefined;
  readonly lane: Lane;
  /** Those of the models opened before. */
  readonly drafts: Drafts;
}

/** What all models of one key at one provider share. */
export interface Lane {
  readonly limiter: Limiter;
  readonly forecasts: Forecasts;
}

/** Reads the table of windows only for a request that is long. */
function refuseTooLong(request: ModelRequest, { spec, origin, window }: RemoteOptions): void {
  const tokens = estimateInput(request);
  if (tokens < ALWAYS_SHORT) return;
  const room = window();
  const reserved = request.params.max_tokens ?? 0;
  // Our count is good to a fifth: what may fit is for the provider to decide.
  if (room === undefined || tokens * SURE + reserved <= room) return;
  throw tooLong(origin, { model: spec.id, tokens, reserved, window: room });
}

const ALWAYS_SHORT = 2000;
const SURE = 0.8;

/** A model behind HTTP. Each call is one request; nothing is retried here. */
export async function createRemote(options: RemoteOptions): Promise<Model> {
  const { spec, endpoint, key, protocol, env } = options;
  const wiring = { endpoint, path: protocol.path, key, timeoutMs: options.timeouts.firstByteMs, env };
  const { url, headers } = await draftRequest(wiring, options.drafts);
  const agent = await options.agents.for(url);
  const origin = { ...options.origin, proxy: await options.agents.proxyOf(url) };

  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent, void> {
    signal.throwIfAborted();
    refuseTooLong(request, options);
    const { limiter, forecasts } = options.lane;
    const forecast = forecasts.of(model, request);
    const call = { model: spec.name, rate: spec.rate, tokens: forecast.usualTokens, key: request.idempotencyKey };
    const pass = yield* admitted(limiter, call, signal);
    let usage: Usage | undefined;
    let error: unknown = LEFT;
    try {
      for await (const event of exchange(request, pass, signal)) {
        if (event.type === 'usage') usage = event.usage;
        if (event.type === 'finish') error = undefined;
        yield event;
      }
    } catch (thrown) {
      error = signal.aborted ? LEFT : thrown;
      throw thrown;
    } finally {
      if (usage !== undefined) forecasts.learn(model, forecast, usage);
      pass.end({ error, ...(usage === undefined ? {} : { tokens: usage.input_tokens + usage.output_tokens }) });
    }
  }

  async function* exchange(request: ModelRequest, pass: Pass, signal: AbortSignal): AsyncGenerator<ModelEvent, void> {
    const idleTimeoutMs = request.idleTimeoutMs ?? spec.idleTimeoutMs;
    const timeouts = idleTimeoutMs === undefined ? options.timeouts : { ...options.timeouts, idleMs: idleTimeoutMs };
    const asked = inMode(spec, request, endpoint.provider);
    const body = JSON.stringify(protocol.body(spec, asked.request, endpoint.provider, asked.mode));
    const marked = request.idempotencyKey === undefined ? headers : { ...headers, 'idempotency-key': request.idempotencyKey };
    const heard = ({ headers: said, statusCode = 0 }: IncomingMessage) =>
      pass.heard(allowancesIn(said, origin.now()), statusCode >= 200 && statusCode <= 299);
    const message = await post({ url, headers: marked, body, agent, heard }, origin, timeouts, signal);
    const drop = () => message.destroy();
    signal.addEventListener('abort', drop, { once: true });
    if (signal.aborted) drop();
    try {
      for await (const events of readAnswer(message, protocol.reader(origin), origin, timeouts)) {
        for (const event of events) {
          signal.throwIfAborted();
          yield event.type === 'finish' && asked.mode?.nullIsAbsent === true ? { ...event, nullIsAbsent: true } : event;
        }
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw error instanceof ModelError ? error : unreachable(origin, error);
    } finally {
      signal.removeEventListener('abort', drop);
    }
  }

  const model: Model = { spec, llm: true, window: options.window, cost: options.cost, stream };
  return model;
}

/** Of a call that nobody waits for any more: it says nothing about the provider. */
const LEFT = Symbol('left');
