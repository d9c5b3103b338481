import { z } from 'zod';
import { isJsonObject, type JsonObject } from '../core/json.ts';
import type { AnswerFormat } from '../core/model.ts';
import type { Binding } from '../core/step.ts';
import { fieldsSchema } from '../lib/field-types.ts';
import { schemaProblem } from '../lib/json-schema.ts';
import { fileName } from './fields.ts';

/** The keys that say what the answer of a model must be; a step has at most one of them. */
export const structureOptions = {
  fields: () =>
    z
      .record(z.string(), z.json())
      .optional()
      .describe('the fields of the answer, such as { kind: bug|feature, score: 1..5, tags: [string], why?: string }'),
  schema: () =>
    z
      .union([z.strictObject({ file: fileName() }), z.record(z.string(), z.json())], {
        error: 'must be a JSON Schema, or {file: …}',
      })
      .optional()
      .describe('the JSON Schema of the answer, here or as { file: answer.schema.json }'),
  choices: () =>
    z
      .array(z.string({ error: 'must be text: quote it' }).regex(/^\S(?:[\s\S]*\S)?$/, 'must be text without space around it'))
      .min(2)
      .optional()
      .describe('the answer is one of these texts, such as [bug, feature, question]'),
};

/** The keys of `structureOptions`. */
export const KEYS = ['fields', 'schema', 'choices'] as const;

type Options = {
  readonly fields?: JsonObject | undefined;
  readonly schema?: JsonObject | undefined;
  readonly choices?: readonly string[] | undefined;
};

/** What the answer must be, by the step or else by its caller; undefined for free text, and (with problems) for what cannot be one. */
export function bindStructure(options: Options, binding: Binding): AnswerFormat | undefined {
  const [key, other] = KEYS.filter((each) => options[each] !== undefined);
  if (other !== undefined) {
    const message = `"${key}" and "${other}" both say what the answer is`;
    binding.problem([other], { code: 'PC1422', message, help: 'keep one of fields, schema and choices' });
    return undefined;
  }
  if (options.fields !== undefined) return ofFields(options.fields, binding);
  if (options.schema !== undefined) return ofSchema(options.schema, binding);
  if (options.choices !== undefined) return ofChoices(options.choices, binding);
  return binding.answer;
}

function ofFields(fields: JsonObject, binding: Binding): AnswerFormat | undefined {
  const read = fieldsSchema(fields);
  if ('schema' in read) return { schema: read.schema };
  for (const { path, problem } of read.problems)
    binding.problem(['fields', ...path], { code: 'PC1404', message: `the field "${path.join('.')}" ${problem}` });
  return undefined;
}

function ofSchema(written: JsonObject, binding: Binding): AnswerFormat | undefined {
  const isFile = typeof written.file === 'string' && Object.keys(written).length === 1;
  const schema = isFile ? binding.json(['schema', 'file']) : written;
  if (schema === undefined) return undefined;
  const found = isJsonObject(schema) ? schemaProblem(schema) : { path: [], problem: 'it must be a map' };
  if (found === undefined) return { schema: schema as JsonObject };
  const where = found.path.length === 0 ? '' : ` at "${found.path.join('.')}"`;
  const message = `this is no JSON Schema${where}: ${found.problem}`;
  binding.problem(isFile ? ['schema', 'file'] : ['schema', ...found.path], { code: 'PC1421', message });
  return undefined;
}

function ofChoices(choices: readonly string[], binding: Binding): AnswerFormat | undefined {
  const twice = choices.findIndex((each, index) => choices.indexOf(each) < index);
  if (twice === -1) return { schema: { type: 'string', enum: choices }, choices };
  binding.problem(['choices', twice], { code: 'PC1423', message: `the choice "${choices[twice]}" is there twice` });
  return undefined;
}
