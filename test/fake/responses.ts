import type { Answer, Wire } from './reply.ts';
import { contentText } from './reply.ts';

/** OpenAI Responses. */
export const responses: Wire = {
  ask(body) {
    const input =
      typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : Array.isArray(body.input) ? body.input : [];
    return {
      model: String(body.model ?? ''),
      system: typeof body.instructions === 'string' ? body.instructions : '',
      lastUser: contentText(input.filter((item) => item?.role === 'user').at(-1)?.content),
      stream: body.stream === true,
      includeUsage: true,
    };
  },

  frames(answer, _asked, reply) {
    let sequence = 0;
    const event = (type: string, fields: object) =>
      `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence++, ...fields })}\n\n`;
    const refused = answer.finish === 'refusal';
    const place = { item_id: 'msg_0', output_index: 0, content_index: 0 };
    const head = [event('response.created', { response: response(answer, 'in_progress', []) })];
    if (answer.reasoning !== '') {
      head.push(
        event('response.reasoning_summary_text.delta', {
          item_id: 'rs_0',
          output_index: 0,
          summary_index: 0,
          delta: answer.reasoning,
        }),
      );
    }
    head.push(
      event('response.output_item.added', {
        output_index: 0,
        item: { id: 'msg_0', type: 'message', role: 'assistant', status: 'in_progress', content: [] },
      }),
    );
    head.push(
      event('response.content_part.added', {
        ...place,
        part: refused ? { type: 'refusal', refusal: '' } : { type: 'output_text', text: '', annotations: [] },
      }),
    );
    const deltas = answer.tokens.map((delta) =>
      event(refused ? 'response.refusal.delta' : 'response.output_text.delta', { ...place, delta, logprobs: [] }),
    );
    // Items are done in their order; the thoughts come encrypted because nothing is stored.
    const tail = output(answer)
      .slice(0, -answer.toolCalls.length || undefined)
      .map((item, index) => event('response.output_item.done', { output_index: index, item }));
    const toolTail = answer.toolCalls.flatMap((call, index) =>
      toolEvents(call, index + 1).map(([type, fields]) => event(type, fields)),
    );
    tail.push(...toolTail);
    const status = incomplete(answer) === undefined ? 'completed' : 'incomplete';
    tail.push(event(`response.${status}`, { response: response(answer, status, output(answer), reply.noUsage) }));
    return { head, deltas, tail };
  },

  whole(answer, reply) {
    return response(answer, incomplete(answer) === undefined ? 'completed' : 'incomplete', output(answer), reply.noUsage);
  },

  error(_status, { message, type, code }) {
    return { error: { message, type: type ?? 'fake_error', param: null, code: code ?? null } };
  },

  errorFrame({ message, code }) {
    return `event: error\ndata: ${JSON.stringify({ type: 'error', code: code ?? 'server_error', message, param: null, sequence_number: 99 })}\n\n`;
  },
};

function incomplete(answer: Answer): { reason: string } | undefined {
  if (answer.finish === 'length') return { reason: 'max_output_tokens' };
  return answer.finish === 'content_filter' ? { reason: 'content_filter' } : undefined;
}

function response(answer: Answer, status: string, items: unknown[], noUsage = false): object {
  const { usage } = answer;
  return {
    id: answer.id,
    object: 'response',
    created_at: 0,
    model: answer.model,
    status,
    error: null,
    incomplete_details: status === 'incomplete' ? incomplete(answer) : null,
    output: items,
    usage:
      status === 'in_progress' || noUsage
        ? null
        : {
            input_tokens: usage.input,
            input_tokens_details: { cached_tokens: usage.cached ?? 0 },
            output_tokens: usage.output,
            output_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 },
            total_tokens: usage.input + usage.output,
          },
  };
}

function output(answer: Answer): unknown[] {
  const part =
    answer.finish === 'refusal'
      ? { type: 'refusal', refusal: answer.text }
      : { type: 'output_text', text: answer.text, annotations: [] };
  const message = { id: 'msg_0', type: 'message', role: 'assistant', status: 'completed', content: [part] };
  const thought = {
    id: 'rs_0',
    type: 'reasoning',
    summary: [{ type: 'summary_text', text: answer.reasoning }],
    encrypted_content: 'ZmFrZQ==',
  };
  return [
    ...(answer.reasoning === '' ? [] : [thought]),
    message,
    ...answer.toolCalls.map((call, index) => toolItem(call, index + 1)),
  ];
}

type Call = Answer['toolCalls'][number];

function toolItem(call: Call, index: number): object {
  return {
    id: `fc_${index}`,
    type: 'function_call',
    call_id: call.id,
    name: call.name,
    arguments: call.arguments,
    status: 'completed',
  };
}

function toolEvents(call: Call, index: number): [string, object][] {
  const place = { item_id: `fc_${index}`, output_index: index };
  return [
    [
      'response.output_item.added',
      { output_index: index, item: { ...toolItem(call, index), arguments: '', status: 'in_progress' } },
    ],
    ['response.function_call_arguments.delta', { ...place, delta: call.arguments }],
    ['response.function_call_arguments.done', { ...place, name: call.name, arguments: call.arguments }],
    ['response.output_item.done', { output_index: index, item: toolItem(call, index) }],
  ];
}
