import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
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
  // The dialect without a name is MCP's default; the older one reads what the newer refuses, such as a list under "items".
  const draft07 = typeof schema.$schema === 'string' && /draft-0\d/.test(schema.$schema);
  const { $schema: _, ...rest } = schema;
  for (const Dialect of draft07 ? [Ajv] : [Ajv2020, Ajv]) {
    try {
      const validate = new Dialect(OPTIONS).compile(rest);
      cache.set(schema, validate);
      return validate;
    } catch {
      // The next dialect may know it.
    }
  }
  return undefined;
}

/** Schemas are not checked against that of their dialect, which takes longer to make ready than they do: what cannot be compiled is seen. */
const OPTIONS = {
  strict: false,
  allErrors: true,
  validateFormats: false,
  logger: false,
  meta: false,
  validateSchema: false,
} as const;

/** By identity: the schema of a tool is one object for as long as its server runs. */
const cache = new WeakMap<JsonObject, ValidateFunction>();

function phrase({ instancePath, message, params }: ErrorObject): string {
  const where = instancePath === '' ? 'the arguments' : `"${instancePath.slice(1).replaceAll('/', '.')}"`;
  const extra = typeof params.additionalProperty === 'string' ? ` ("${params.additionalProperty}")` : '';
  const allowed = Array.isArray(params.allowedValues) ? `: ${params.allowedValues.join(', ')}` : '';
  return `${where} ${message ?? 'does not fit'}${extra}${allowed}`;
}
