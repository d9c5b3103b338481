import { ModelError } from '../core/errors.ts';
import type { Model, ModelEvent, ModelRequest, ModelSpec } from '../core/model.ts';
import { estimateInput } from '../lib/token-estimate.ts';
import type { Agents } from './agents.ts';
import type { Timeouts } from './config.ts';
import type { Endpoint } from './endpoint.ts';
import type { Origin } from './failure.ts';
import { tooLong, unreachable } from './failure.ts';
import type { FoundKey } from './find-key.ts';
import type { CostOf } from './price.ts';
import type { Protocol } from './protocol.ts';
import { draftRequest } from './sdk.ts';
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
  const { url, headers } = await draftRequest({
    endpoint,
    path: protocol.path,
    key,
    timeoutMs: options.timeouts.firstByteMs,
    env,
  });
  const agent = await options.agents.for(url);
  const origin = { ...options.origin, proxy: await options.agents.proxyOf(url) };

  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent, void> {
    signal.throwIfAborted();
    refuseTooLong(request, options);
    const idleTimeoutMs = request.idleTimeoutMs ?? spec.idleTimeoutMs;
    const timeouts = idleTimeoutMs === undefined ? options.timeouts : { ...options.timeouts, idleMs: idleTimeoutMs };
    const asked = inMode(spec, request, endpoint.provider);
    const body = JSON.stringify(protocol.body(spec, asked.request, endpoint.provider, asked.mode));
    const marked = request.idempotencyKey === undefined ? headers : { ...headers, 'idempotency-key': request.idempotencyKey };
    const message = await post({ url, headers: marked, body, agent }, origin, timeouts, signal);
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

  return {
    spec,
    llm: true,
    window: options.window,
    cost: options.cost,
    stream,
  };
}
