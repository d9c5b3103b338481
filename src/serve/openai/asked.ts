import { z } from 'zod';
import type { Json } from '../../core/json.ts';
import type { Given, ServedChain } from '../service.ts';
import { type Dialogue, dialogueOf, type Said } from './dialogue.ts';
import { type Fields, parametersOf, type Vocabulary } from './parameters.ts';
import { BadRequest } from './problem.ts';

/** What a request asks of a chain, and what of it has no effect. */
export interface Asked {
  readonly given: Given;
  /** The field that sets a parameter of the models. */
  readonly fields: { readonly [parameter: string]: string };
  readonly ignored: readonly string[];
}

/** The field of ours in both APIs: values of what the chain declares. */
export const inputsField = z.record(z.string(), z.json()).nullish();

interface Request {
  readonly body: Fields & { readonly inputs?: z.infer<typeof inputsField>; readonly user?: string | null | undefined };
  readonly chain: ServedChain;
  readonly messages: readonly Said[];
  /** The field that the messages are in. */
  readonly param: string;
  readonly words: Vocabulary;
}

/** Puts a request into the words of the port. Throws `BadRequest` for what must not be ignored. */
export function givenOf({ body, chain, messages, param, words }: Request): Asked {
  const { overrides, fields, ignored } = parametersOf(body, chain, words);
  const dialogue = dialogueOf(messages, param);
  const inputs = inputsOf(body.inputs ?? {}, dialogue, chain);
  return {
    given: {
      input: dialogue.input,
      ...(chain.conversational && dialogue.turns.length > 0 ? { turns: dialogue.turns } : {}),
      inputs,
      overrides,
      ...(body.user == null ? {} : { user: body.user }),
    },
    fields,
    ignored: [...ignored, ...unheard(dialogue, chain)],
  };
}

/** A chain hears the system text through an input of that name. */
function inputsOf(
  given: { readonly [name: string]: unknown },
  { system }: Dialogue,
  chain: ServedChain,
): { [name: string]: Json } {
  const inputs = given as { readonly [name: string]: Json };
  if (system === undefined || !Object.hasOwn(chain.inputs, 'system')) return inputs;
  if (Object.hasOwn(inputs, 'system')) {
    throw new BadRequest('inputs.system', 'the input "system" is given twice: here and as a system message');
  }
  return { ...inputs, system };
}

/** What was said that the chain does not read. */
function unheard({ system, turns, dropped }: Dialogue, chain: ServedChain): readonly string[] {
  return [
    ...(system !== undefined && !Object.hasOwn(chain.inputs, 'system') ? ['system'] : []),
    ...(turns.length > 0 && !chain.conversational ? ['history'] : []),
    ...(chain.takesInput ? [] : ['input']),
    ...dropped,
  ];
}
