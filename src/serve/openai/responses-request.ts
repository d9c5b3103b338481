import { z } from 'zod';
import type { ServedChain } from '../service.ts';
import { type Asked, givenOf, inputsField } from './asked.ts';
import { content, textIn } from './content.ts';
import type { Said } from './dialogue.ts';
import { nothing, type Vocabulary } from './parameters.ts';
import { BadRequest } from './problem.ts';
import { OWN_TOOLS, ROLES } from './roles.ts';

/** The body of `POST /v1/responses`. */
export const responsesBody = z.looseObject({
  model: z.string(),
  input: z.union([
    z.string(),
    z.array(z.looseObject({ type: z.string().nullish(), role: z.string().nullish(), content: content.nullish() })).min(1),
  ]),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  user: z.string().nullish(),
  inputs: inputsField,
});

export type ResponsesBody = z.infer<typeof responsesBody>;

/** What it asks of a chain. Throws `BadRequest`. */
export function askedInResponses(body: ResponsesBody, chain: ServedChain): Asked {
  const items = typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : body.input;
  const messages = items.flatMap((item, index) => saidIn(item, `input[${index}]`));
  const instructions: readonly Said[] =
    body.instructions == null ? [] : [{ role: 'system', text: body.instructions, param: 'instructions' }];
  return givenOf({ body, chain, messages: [...instructions, ...messages], param: 'input', words: WORDS });
}

type Item = Exclude<ResponsesBody['input'], string>[number];

/** Thoughts come back from clients that keep whole outputs; they are of no use to a chain. */
function saidIn({ type, role, content }: Item, param: string): readonly Said[] {
  if (type === 'reasoning') return [];
  const known = ROLES[role ?? ''];
  if ((type ?? 'message') !== 'message' || known === undefined) {
    const what = (type ?? 'message') === 'message' ? `a message of the role "${role}"` : `an item of the type "${type}"`;
    throw new BadRequest(param, `${what} cannot be given: ${OWN_TOOLS}, and no items are kept`, { code: 'unsupported_value' });
  }
  return [{ role: known, text: textIn(content, `${param}.content`), param }];
}

const NOT_KEPT = 'responses are not kept: send the messages so far in "input"';

const WORDS: Vocabulary = {
  parameters: [
    { field: 'temperature', sets: 'temperature' },
    { field: 'top_p', sets: 'top_p' },
    { field: 'max_output_tokens', sets: 'max_tokens' },
    { field: 'reasoning', sets: 'reasoning_effort', value: (reasoning) => (reasoning as { effort?: unknown }).effort },
  ],
  refused: {
    previous_response_id: { harmless: () => false, because: NOT_KEPT },
    conversation: { harmless: () => false, because: NOT_KEPT },
    background: { harmless: nothing, because: 'responses are not kept, so there would be nothing to come back for' },
    prompt: { harmless: () => false, because: 'prompts are kept in chains' },
    tools: { harmless: nothing, because: OWN_TOOLS },
    tool_choice: { harmless: (choice) => choice === 'none' || choice === 'auto', because: OWN_TOOLS },
    top_logprobs: { harmless: nothing, because: 'an answer may be of several models' },
    text: { harmless: isPlainText, because: 'the chain decides the form of its answer' },
  },
  understood: ['model', 'input', 'instructions', 'stream', 'stream_options', 'user', 'inputs', 'parallel_tool_calls', 'include'],
};

function isPlainText(text: unknown): boolean {
  const { format } = text as { format?: { type?: unknown } | null };
  return format == null || format.type === 'text';
}
