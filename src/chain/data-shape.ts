import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import type { AnswerFormat } from '../core/model.ts';
import type { Shape, StepName } from '../template/names.ts';

/** What is known of `output` and `data` of a step whose answer has a format. */
export function answerShapes({ schema, choices }: AnswerFormat): Pick<StepName, 'output' | 'data'> {
  const data = shapeOf(schema, 0);
  return choices === undefined ? { data } : { data, output: data };
}

/** What `loop` is to a condition over such an answer. */
export function loopOver(format: AnswerFormat): Shape {
  const { data = ANY, output = TEXT } = answerShapes(format);
  return { type: 'map', fields: { data, output } };
}

const ANY: Shape = { type: 'any' };
const TEXT: Shape = { type: 'string' };
const DEEPEST = 20;

/** A value that fits the schema has this shape; `any` wherever the schema leaves it open. */
function shapeOf(schema: Json | undefined, depth: number): Shape {
  if (!isJsonObject(schema) || depth > DEEPEST || COMBINED.some((keyword) => keyword in schema)) return ANY;
  const { type, enum: options } = schema;
  if (isTexts(options)) return { type: 'choice', options };
  switch (type) {
    case 'string':
    case 'number':
    case 'integer':
    case 'boolean':
      return { type };
    case 'array':
      return { type: 'list', items: shapeOf(schema.items, depth + 1) };
    case 'object':
      return mapShape(schema, depth);
    default:
      return ANY;
  }
}

/** What these say together is for the validator to find out. */
const COMBINED = ['$ref', 'anyOf', 'oneOf', 'allOf', 'not', 'if', 'const', 'nullable'];

function mapShape(schema: JsonObject, depth: number): Shape {
  const { properties, additionalProperties, patternProperties, required } = schema;
  // Names that the schema does not mention may come all the same.
  if (!isJsonObject(properties) || additionalProperties !== false || patternProperties !== undefined) return { type: 'map' };
  const sure: readonly Json[] = Array.isArray(required) ? required : [];
  const fields = Object.entries(properties).map(([name, property]): [string, Shape] => {
    const shape = shapeOf(property, depth + 1);
    return [name, sure.includes(name) ? shape : { ...shape, optional: true }];
  });
  return { type: 'map', fields: Object.fromEntries(fields) };
}

function isTexts(options: Json | undefined): options is readonly string[] {
  return Array.isArray(options) && options.length > 0 && options.every((each) => typeof each === 'string');
}
