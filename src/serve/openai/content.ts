import { z } from 'zod';
import { BadRequest } from './problem.ts';

/** The content of a message: a text, or a list of parts. */
export const content = z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]);

/** The text of a message. Throws `BadRequest` for what a chain cannot read. */
export function textIn(value: z.infer<typeof content> | null | undefined, param: string): string {
  if (typeof value === 'string') return value;
  return (value ?? []).map((part, index) => textOfPart(part, `${param}[${index}]`)).join('\n');
}

function textOfPart(part: { readonly type: string; readonly [key: string]: unknown }, param: string): string {
  const text = part.type === 'refusal' ? part.refusal : part.text;
  if (TEXTS.has(part.type) && typeof text === 'string') return text;
  throw new BadRequest(param, `a chain reads text only, and this is ${part.type}: images, sound and files cannot be given`, {
    code: 'unsupported_value',
  });
}

const TEXTS: ReadonlySet<string> = new Set(['text', 'input_text', 'output_text', 'refusal']);
