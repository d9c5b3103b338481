import { ModelError } from '../core/errors.ts';
import type { Model, ModelEvent, ModelRequest, ModelSpec } from '../core/model.ts';
import type { Agents } from './agents.ts';
import type { Timeouts } from './config.ts';
import type { Endpoint } from './endpoint.ts';
import type { Origin } from './failure.ts';
import { unreachable } from './failure.ts';
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
}

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

  return { spec, llm: true, cost: options.cost, stream };
}
