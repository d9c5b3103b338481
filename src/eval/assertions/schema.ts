import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import type { Assertion } from '../../core/dataset.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { problemsOf, type Reading, schemaProblem } from '../../lib/json-schema.ts';

/** The JSON Schema of an assertion: a map, or a text that is one in YAML or JSON; undefined when it gives none. */
export function schemaOf(assertion: Assertion): JsonObject | undefined {
  const { value } = assertion;
  if (value === undefined || value === null || value === '') return undefined;
  const known = read.get(assertion);
  if (known !== undefined) return known;
  const schema = asSchema(typeof value === 'string' ? parse(value) : value);
  read.set(assertion, schema);
  return schema;
}

/** A schema is compiled once for as long as it is the same object. */
const read = new WeakMap<Assertion, JsonObject>();

function asSchema(schema: unknown): JsonObject {
  if (schema === true) return {};
  if (schema === false) return { not: {} };
  if (!isJsonObject(schema)) throw new TypeError('it must be a map');
  return schema;
}

export function refuseSchema(assertion: Assertion): string | undefined {
  try {
    const schema = schemaOf(assertion);
    const found = schema === undefined ? undefined : schemaProblem(schema, WHOLE);
    if (found === undefined) return undefined;
    return `is no JSON Schema: ${found.problem.replace(/^it /, found.path.length === 0 ? 'it ' : `"${found.path.join('.')}" `)}`;
  } catch (error) {
    return `is no JSON Schema: ${(error as Error).message.split('\n')[0]}`;
  }
}

/** Every way in which a value breaks the schema; empty without one. */
export function breaks(schema: JsonObject | undefined, value: Json): readonly string[] {
  return schema === undefined ? [] : problemsOf(schema, value, WHOLE);
}

const WHOLE: Reading = { whole: 'the value', most: 100, formats: (ajv) => addFormats.default(ajv) };
