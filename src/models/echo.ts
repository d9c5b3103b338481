import type { Model, ModelSpec } from '../core/model.ts';

/** `echo/<anything>`: answers with the text of the last user message, byte for byte. The system text is not part of it. */
export function createEcho(spec: ModelSpec): Model {
  return {
    spec,
    llm: false,
    async *stream(request, signal) {
      signal.throwIfAborted();
      const text = request.messages.findLast((message) => message.role === 'user')?.text ?? '';
      if (text !== '') yield { type: 'text-delta', text };
      yield { type: 'finish', reason: 'stop', model: spec.id };
    },
  };
}
