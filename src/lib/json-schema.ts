import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Json, JsonObject } from '../core/json.ts';

/** What is wrong with a value against a JSON Schema, a phrase each; empty when it fits. A schema that is none accepts everything. */
export function problemsOf(schema: JsonObject, value: Json): readonly string[] {
  const validate = compiled(schema);
  if (validate === undefined || validate(value)) return [];
  return (validate.errors ?? []).slice(0, MOST_PROBLEMS).map(phrase);
}

const MOST_PROBLEMS = 5;

function compiled(schema: JsonObject): ValidateFunction | undefined {
  const known = cache.get(schema);
  if (known !== undefined) return known;
  try {
    const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false, logger: false }).compile(schema);
    cache.set(schema, validate);
    return validate;
  } catch {
    return undefined;
  }
}

/** By identity: the schema of a tool is one object for as long as its server runs. */
const cache = new WeakMap<JsonObject, ValidateFunction>();

function phrase({ instancePath, message, params }: ErrorObject): string {
  const where = instancePath === '' ? 'the arguments' : `"${instancePath.slice(1).replaceAll('/', '.')}"`;
  const extra = typeof params.additionalProperty === 'string' ? ` ("${params.additionalProperty}")` : '';
  const allowed = Array.isArray(params.allowedValues) ? `: ${params.allowedValues.join(', ')}` : '';
  return `${where} ${message ?? 'does not fit'}${extra}${allowed}`;
}
