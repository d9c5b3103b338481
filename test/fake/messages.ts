import type { Answer, Wire } from './reply.ts';
import { contentText } from './reply.ts';

/** Anthropic Messages. */
export const messages: Wire = {
  ask(body) {
    const list = Array.isArray(body.messages) ? body.messages : [];
    return {
      model: String(body.model ?? ''),
      system: contentText(body.system),
      lastUser: contentText(list.filter((message) => message?.role === 'user').at(-1)?.content),
      stream: body.stream === true,
      includeUsage: true,
    };
  },

  frames(answer, _asked, reply) {
    const event = (type: string, fields: object = {}) => `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
    const head = [event('message_start', { message: message(answer, [], null, reply.noUsage === true ? 0 : 1) })];
    const tail: string[] = [];
    let index = 0;
    if (answer.reasoning !== '') {
      head.push(event('content_block_start', { index, content_block: { type: 'thinking', thinking: '', signature: '' } }));
      head.push(event('content_block_delta', { index, delta: { type: 'thinking_delta', thinking: answer.reasoning } }));
      head.push(event('content_block_delta', { index, delta: { type: 'signature_delta', signature: 'c2ln' } }));
      head.push(event('content_block_stop', { index: index++ }));
    }
    const textIndex = index;
    if (answer.tokens.length > 0) {
      head.push(event('content_block_start', { index, content_block: { type: 'text', text: '' } }), event('ping'));
      tail.push(event('content_block_stop', { index: index++ }));
    }
    for (const call of answer.toolCalls) {
      const half = Math.ceil(call.arguments.length / 2);
      tail.push(
        event('content_block_start', { index, content_block: { type: 'tool_use', id: call.id, name: call.name, input: {} } }),
      );
      for (const part of [call.arguments.slice(0, half), call.arguments.slice(half)]) {
        tail.push(event('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json: part } }));
      }
      tail.push(event('content_block_stop', { index: index++ }));
    }
    const usage = reply.noUsage === true ? {} : { usage: { output_tokens: answer.usage.output } };
    tail.push(
      event('message_delta', { delta: { stop_reason: stopReason(answer), stop_sequence: null }, ...usage }),
      event('message_stop'),
    );
    const deltas = answer.tokens.map((text) =>
      event('content_block_delta', { index: textIndex, delta: { type: 'text_delta', text } }),
    );
    return { head, deltas, tail };
  },

  whole(answer) {
    const content = [
      ...(answer.reasoning === '' ? [] : [{ type: 'thinking', thinking: answer.reasoning, signature: 'c2ln' }]),
      ...(answer.text === '' ? [] : [{ type: 'text', text: answer.text }]),
      ...answer.toolCalls.map((call) => ({
        type: 'tool_use',
        id: call.id,
        name: call.name,
        input: JSON.parse(call.arguments || '{}'),
      })),
    ];
    return message(answer, content, stopReason(answer), answer.usage.output);
  },

  error(status, { message: text, type, code }) {
    return { type: 'error', error: { type: type ?? code ?? typeOf(status), message: text }, request_id: 'req_fake' };
  },

  errorFrame({ message: text, type, code }) {
    return `event: error\ndata: ${JSON.stringify({ type: 'error', error: { type: type ?? code ?? 'overloaded_error', message: text } })}\n\n`;
  },
};

function message(answer: Answer, content: unknown[], stop: string | null, outputTokens: number): object {
  const cached = answer.usage.cached ?? 0;
  return {
    id: answer.id,
    type: 'message',
    role: 'assistant',
    model: answer.model,
    content,
    stop_reason: stop,
    stop_sequence: null,
    // Anthropic counts cached tokens beside the input ones, not among them.
    usage: {
      input_tokens: answer.usage.input - cached,
      cache_read_input_tokens: cached,
      cache_creation_input_tokens: 0,
      output_tokens: outputTokens,
    },
  };
}

function stopReason(answer: Answer): string {
  const reasons = {
    stop: 'end_turn',
    length: 'max_tokens',
    tool_calls: 'tool_use',
    refusal: 'refusal',
    content_filter: 'refusal',
  };
  return reasons[answer.finish];
}

function typeOf(status: number): string {
  const types: Record<number, string> = {
    400: 'invalid_request_error',
    401: 'authentication_error',
    402: 'billing_error',
    403: 'permission_error',
    404: 'not_found_error',
    413: 'request_too_large',
    429: 'rate_limit_error',
    504: 'timeout_error',
    529: 'overloaded_error',
  };
  return types[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
}
