import { ModelError } from '../core/errors.ts';
import type { ModelSpec } from '../core/model.ts';
import type { Endpoint } from './endpoint.ts';
import { needsResponses } from './params.ts';
import type { Protocol } from './protocol.ts';

/** The protocol a model is spoken to in. Throws `ModelError` (PC5003) for a parameter of the file that it cannot carry. */
export async function protocolFor(spec: ModelSpec, { provider }: Endpoint): Promise<Protocol> {
  const protocol = await chosen(spec, provider);
  // Written once for nothing: what cannot be sent is told before anything is.
  protocol.body(spec, { messages: [], params: spec.params }, provider);
  return protocol;
}

async function chosen(spec: ModelSpec, provider: Endpoint['provider']): Promise<Protocol> {
  if (provider.protocol === 'anthropic') {
    if (spec.api !== undefined) throw wrongApi(spec);
    return (await import('./messages.ts')).messages;
  }
  const api = spec.api ?? (provider.openaiModels === true && needsResponses(spec.name) ? 'responses' : 'chat');
  return api === 'responses' ? (await import('./responses.ts')).responses : (await import('./chat.ts')).chat;
}

function wrongApi(spec: ModelSpec): ModelError {
  return new ModelError(`api: ${spec.api} is a protocol of OpenAI's; ${spec.id} speaks its own`, {
    code: 'PC5003',
    reason: 'chain',
    provider: spec.provider,
    help: 'take the key "api" away',
  });
}
