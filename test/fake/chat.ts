import type { Answer, Wire } from './reply.ts';
import { contentText } from './reply.ts';

/** OpenAI Chat Completions. */
export const chat: Wire = {
  ask(body) {
    const messages = Array.isArray(body.messages) ? body.messages : [];
    const of = (...roles: string[]) => messages.filter((message) => roles.includes(message?.role));
    return {
      model: String(body.model ?? ''),
      system: of('system', 'developer')
        .map((message) => contentText(message.content))
        .join('\n'),
      lastUser: contentText(of('user').at(-1)?.content),
      stream: body.stream === true,
      includeUsage: (body.stream_options as { include_usage?: boolean } | undefined)?.include_usage === true,
    };
  },

  frames(answer, asked, reply) {
    const chunk = (choices: unknown[], more: object = {}) =>
      `data: ${JSON.stringify({ id: answer.id, object: 'chat.completion.chunk', created: 0, model: answer.model, choices, ...more })}\n\n`;
    const choice = (delta: object, finish: string | null = null) =>
      chunk([{ index: 0, delta, logprobs: null, finish_reason: finish }]);
    const field = answer.finish === 'refusal' ? 'refusal' : 'content';
    const head = [choice({ role: 'assistant', content: '' })];
    if (answer.reasoning !== '') head.push(choice({ reasoning_content: answer.reasoning }));
    const tail = answer.toolCalls.flatMap((call, index) =>
      toolDeltas(call, index).map((delta) => choice({ tool_calls: [delta] })),
    );
    tail.push(choice({}, reply.nullFinish === true ? null : finishOf(answer)));
    if (asked.includeUsage && reply.noUsage !== true) tail.push(chunk([], { usage: usageOf(answer) }));
    if (reply.noDone !== true) tail.push('data: [DONE]\n\n');
    return { head, deltas: answer.tokens.map((token) => choice({ [field]: token })), tail };
  },

  whole(answer, reply) {
    const refused = answer.finish === 'refusal';
    const message = {
      role: 'assistant',
      content: refused ? null : answer.text,
      refusal: refused ? answer.text : null,
      ...(answer.reasoning === '' ? {} : { reasoning_content: answer.reasoning }),
      ...(answer.toolCalls.length === 0 ? {} : { tool_calls: answer.toolCalls.map(toolCall) }),
    };
    return {
      id: answer.id,
      object: 'chat.completion',
      created: 0,
      model: answer.model,
      choices: [{ index: 0, message, logprobs: null, finish_reason: reply.nullFinish === true ? null : finishOf(answer) }],
      ...(reply.noUsage === true ? {} : { usage: usageOf(answer) }),
    };
  },

  error(_status, { message, type, code }) {
    return { error: { message, type: type ?? 'fake_error', param: null, code: code ?? null } };
  },

  errorFrame({ message, type, code }) {
    return `data: ${JSON.stringify({ error: { message, type: type ?? 'server_error', param: null, code: code ?? null } })}\n\n`;
  },
};

function finishOf(answer: Answer): string {
  return answer.finish === 'refusal' ? 'stop' : answer.finish;
}

function usageOf({ usage }: Answer): object {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    ...(usage.cached === undefined ? {} : { prompt_tokens_details: { cached_tokens: usage.cached } }),
    ...(usage.reasoning === undefined ? {} : { completion_tokens_details: { reasoning_tokens: usage.reasoning } }),
  };
}

type Call = Answer['toolCalls'][number];

function toolCall(call: Call): object {
  return { id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } };
}

function toolDeltas(call: Call, index: number): object[] {
  const half = Math.ceil(call.arguments.length / 2);
  return [
    { index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } },
    { index, function: { arguments: call.arguments.slice(0, half) } },
    { index, function: { arguments: call.arguments.slice(half) } },
  ];
}
