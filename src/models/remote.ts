import { ModelError } from '../core/errors.ts';
import type { Model, ModelEvent, ModelRequest, ModelSpec } from '../core/model.ts';
import type { Agents } from './agents.ts';
import type { Timeouts } from './config.ts';
import type { Endpoint } from './endpoint.ts';
import type { Origin } from './failure.ts';
import { unreachable } from './failure.ts';
import type { FoundKey } from './keys.ts';
import type { Protocol } from './protocol.ts';
import { openSdk } from './sdk.ts';
import { readAnswer } from './stream.ts';
import { createFetch } from './transport.ts';

export interface RemoteOptions {
  readonly spec: ModelSpec;
  readonly endpoint: Endpoint;
  readonly key: FoundKey | undefined;
  readonly protocol: Protocol;
  readonly origin: Origin;
  readonly agents: Agents;
  readonly timeouts: Timeouts;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A model behind HTTP. Each call is one request; nothing is retried here. */
export async function createRemote(options: RemoteOptions): Promise<Model> {
  const { spec, endpoint, protocol, origin, timeouts } = options;
  const fetch = createFetch(origin, options.agents, timeouts);
  // The transport's own timer comes first; the SDK's is set only because it cannot be left out.
  const send = await openSdk({ endpoint, key: options.key, fetch, timeoutMs: timeouts.firstByteMs + 1_000, env: options.env });

  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent, void> {
    signal.throwIfAborted();
    const body = protocol.body(spec, request, endpoint.provider);
    // The SDKs never take their listener off a signal, and a run's signal outlives many calls.
    const call = new AbortController();
    const abort = () => call.abort();
    signal.addEventListener('abort', abort, { once: true });
    try {
      const message = await send({ path: protocol.path, body, idempotencyKey: request.idempotencyKey, signal: call.signal });
      call.signal.addEventListener('abort', () => message.destroy(), { once: true });
      for await (const events of readAnswer(message, protocol.reader(origin), origin, timeouts)) {
        for (const event of events) {
          signal.throwIfAborted();
          yield event;
        }
      }
    } catch (error) {
      throw signal.aborted ? signal.reason : modelErrorIn(error, origin);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  return { spec, llm: true, stream };
}

/** The SDKs wrap what the transport throws; anything else that they throw is about the connection. */
function modelErrorIn(error: unknown, origin: Origin): ModelError {
  if (error instanceof ModelError) return error;
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof ModelError ? cause : unreachable(origin, error);
}
