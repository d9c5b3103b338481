import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Json, JsonObject } from '../core/json.ts';

/** What is wrong with a value against a JSON Schema, a phrase each; empty when it fits. A schema that is none accepts everything. */
export function problemsOf(schema: JsonObject, value: Json, reading: Reading = ARGUMENTS): readonly string[] {
  const validate = compiled(schema, reading);
  if (typeof validate === 'string' || validate(value)) return [];
  return (validate.errors ?? []).slice(0, reading.most).map((error) => phrase(error, reading.whole));
}

/** How a schema is read and its problems are told. */
export interface Reading {
  /** What the value as a whole is called. */
  readonly whole: string;
  /** How many problems are told. */
  readonly most: number;
  /** Teaches the validator formats; without it `format` is not looked at. */
  readonly formats?: (ajv: Ajv) => unknown;
}

const ARGUMENTS: Reading = { whole: 'the arguments', most: 5 };

/** Why this is no JSON Schema; undefined when it is one. */
export function schemaProblem(schema: JsonObject, reading: Reading): string | undefined {
  const validate = compiled(schema, reading);
  return typeof validate === 'string' ? validate : undefined;
}

function compiled(schema: JsonObject, { formats }: Reading): ValidateFunction | string {
  const known = cache.get(schema);
  if (known !== undefined) return known;
  // The dialect without a name is MCP's default; the older one reads what the newer refuses, such as a list under "items".
  const draft07 = typeof schema.$schema === 'string' && /draft-0\d/.test(schema.$schema);
  const { $schema: _, ...rest } = schema;
  let problem = '';
  for (const Dialect of draft07 ? [Ajv] : [Ajv2020, Ajv]) {
    try {
      const ajv = new Dialect({ ...OPTIONS, validateFormats: formats !== undefined });
      formats?.(ajv);
      const validate = ajv.compile(rest);
      cache.set(schema, validate);
      return validate;
    } catch (error) {
      // The next dialect may know it.
      problem = (error as Error).message;
    }
  }
  return problem;
}

/** Schemas are not checked against that of their dialect, which takes longer to make ready than they do: what cannot be compiled is seen. */
const OPTIONS = {
  strict: false,
  allErrors: true,
  logger: false,
  meta: false,
  validateSchema: false,
} as const;

/** By identity: the schema of a tool is one object for as long as its server runs. */
const cache = new WeakMap<JsonObject, ValidateFunction>();

function phrase({ instancePath, message, params }: ErrorObject, whole: string): string {
  const where = instancePath === '' ? whole : `"${instancePath.slice(1).replaceAll('/', '.')}"`;
  const extra = typeof params.additionalProperty === 'string' ? ` ("${params.additionalProperty}")` : '';
  const allowed = Array.isArray(params.allowedValues) ? `: ${params.allowedValues.join(', ')}` : '';
  return `${where} ${message ?? 'does not fit'}${extra}${allowed}`;
}
