import { z } from 'zod';
import type { ServedChain } from '../service.ts';
import { type Asked, givenOf, inputsField } from './asked.ts';
import { content, textIn } from './content.ts';
import type { Said } from './dialogue.ts';
import { nothing, type Vocabulary } from './parameters.ts';
import { BadRequest } from './problem.ts';
import { OWN_TOOLS, ROLES } from './roles.ts';

/** The body of `POST /v1/chat/completions`. */
export const chatBody = z.looseObject({
  model: z.string(),
  messages: z
    .array(
      z.looseObject({
        role: z.string(),
        content: content.nullish(),
        name: z.string().nullish(),
        tool_calls: z.array(z.unknown()).nullish(),
        function_call: z.unknown().optional(),
      }),
    )
    .min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  user: z.string().nullish(),
  inputs: inputsField,
});

export type ChatBody = z.infer<typeof chatBody>;

/** What it asks of a chain. Throws `BadRequest`. */
export function askedInChat(body: ChatBody, chain: ServedChain): Asked {
  const messages = body.messages.map((message, index) => saidIn(message, `messages[${index}]`));
  return givenOf({ body, chain, messages, param: 'messages', words: WORDS });
}

function saidIn(message: ChatBody['messages'][number], param: string): Said {
  const role = ROLES[message.role];
  const calls = (message.tool_calls ?? []).length > 0 || (message.function_call ?? null) !== null;
  if (role === undefined || calls) {
    const what = calls ? 'a message that calls tools' : `a message of the role "${message.role}"`;
    throw new BadRequest(param, `${what} cannot be given: ${OWN_TOOLS}`, {
      code: 'unsupported_value',
    });
  }
  const { name } = message;
  return { role, text: textIn(message.content, `${param}.content`), ...(name == null || name === '' ? {} : { name }), param };
}

const WORDS: Vocabulary = {
  parameters: [
    { field: 'temperature', sets: 'temperature' },
    { field: 'top_p', sets: 'top_p' },
    { field: 'seed', sets: 'seed' },
    { field: 'max_tokens', sets: 'max_tokens' },
    { field: 'max_completion_tokens', sets: 'max_tokens' },
    { field: 'frequency_penalty', sets: 'frequency_penalty' },
    { field: 'presence_penalty', sets: 'presence_penalty' },
    { field: 'reasoning_effort', sets: 'reasoning_effort' },
    {
      field: 'stop',
      sets: 'stop_sequences',
      value: (stop) => (typeof stop === 'string' ? [stop] : Array.isArray(stop) && stop.length === 0 ? undefined : stop),
      needed: 'the answer would go on behind it',
    },
  ],
  refused: {
    tools: { harmless: nothing, because: OWN_TOOLS },
    functions: { harmless: nothing, because: OWN_TOOLS },
    tool_choice: { harmless: (choice) => choice === 'none' || choice === 'auto', because: OWN_TOOLS },
    function_call: { harmless: (choice) => choice === 'none' || choice === 'auto', because: OWN_TOOLS },
    n: { harmless: (n) => n === 1, because: 'a run has one answer' },
    logprobs: { harmless: nothing, because: 'an answer may be of several models' },
    top_logprobs: { harmless: nothing, because: 'an answer may be of several models' },
    logit_bias: { harmless: nothing, because: 'an answer may be of several models' },
    response_format: {
      harmless: (format) => (format as { type?: unknown } | undefined)?.type === 'text',
      because: 'the chain decides the form of its answer',
    },
    audio: { harmless: () => false, because: 'a chain answers with text' },
    modalities: {
      harmless: (kinds) => Array.isArray(kinds) && kinds.every((kind) => kind === 'text'),
      because: 'a chain answers with text',
    },
    web_search_options: { harmless: () => false, because: OWN_TOOLS },
  },
  understood: ['model', 'messages', 'stream', 'stream_options', 'user', 'inputs', 'parallel_tool_calls'],
};
