import { createContext, Script } from 'node:vm';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';

/** What is wrong with a value against a JSON Schema, a phrase each; empty when it fits. What cannot be read of a schema accepts everything. */
export function problemsOf(schema: JsonObject, value: Json, reading: Reading = ARGUMENTS): readonly string[] {
  const validate = compiled(schema, reading);
  if (validate === undefined) return [];
  const fits = hasPatterns(schema) ? inTime(() => validate(value)) : validate(value);
  if (fits === undefined)
    return [`${reading.whole} could not be checked within ${LONGEST_MS} ms: a "pattern" of the schema takes too long for them`];
  if (fits) return [];
  return (validate.errors ?? []).slice(0, reading.most).map((error) => phrase(error, reading.whole));
}

/** Regular expressions can take hours over a few words, and nothing else happens meanwhile: not even an interruption is heard. */
const LONGEST_MS = 1000;

/** Undefined when it took too long. */
function inTime(work: () => boolean): boolean | undefined {
  try {
    return new Script('work()').runInContext(createContext({ work }), { timeout: LONGEST_MS }) === true;
  } catch (error) {
    // It is an error of the other context's making.
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
      return undefined;
    throw error;
  }
}

function hasPatterns(schema: JsonObject): boolean {
  const known = patterned.get(schema);
  if (known !== undefined) return known;
  const has = JSON.stringify(schema).includes('"pattern');
  patterned.set(schema, has);
  return has;
}

const patterned = new WeakMap<JsonObject, boolean>();

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

interface SchemaProblem {
  readonly path: readonly (string | number)[];
  readonly problem: string;
}

/** Why this is no JSON Schema, and the place in it where that is; undefined when it is one. */
export function schemaProblem(schema: JsonObject, reading: Reading = ARGUMENTS): SchemaProblem | undefined {
  const [dialect, older] = dialectsOf(schema);
  const { $schema: _, ...rest } = schema;
  const found = dialect && problemIn(rest, dialect, reading);
  // A list under "items" is the older dialect's, which would let other mistakes pass.
  return found?.path.at(-1) === 'items' && older !== undefined ? problemIn(rest, older, reading) : found;
}

function problemIn(schema: JsonObject, Dialect: typeof Ajv | typeof Ajv2020, { formats }: Reading): SchemaProblem | undefined {
  const judge = new Dialect({ ...OPTIONS, meta: true, validateSchema: true, validateFormats: formats !== undefined });
  formats?.(judge);
  if (judge.validateSchema(schema) !== true) {
    // The deepest complaint is about the keyword itself; the ones above it say that something below is wrong.
    const [error] = [...(judge.errors ?? [])].sort((a, b) => b.instancePath.length - a.instancePath.length);
    if (error !== undefined) return { path: pointed(error.instancePath), problem: phrase({ ...error, instancePath: '' }, 'it') };
  }
  try {
    judge.compile(schema);
  } catch (error) {
    return { path: [], problem: (error instanceof Error ? error.message : String(error)).replace(/ from id #$/, '') };
  }
  return undefined;
}

function pointed(pointer: string): readonly (string | number)[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~')));
}

function compiled(schema: JsonObject, reading: Reading): ValidateFunction | undefined {
  const known = cache.get(schema);
  if (known !== undefined) return known;
  const validate = compile(schema, reading) ?? compile(readable(schema, reading), reading);
  if (validate !== undefined) cache.set(schema, validate);
  return validate;
}

/** What can be read of a schema that is none as a whole: which values there must be, and of what kind those are that are told rightly. */
function readable({ type, required, properties, additionalProperties }: JsonObject, reading: Reading): JsonObject {
  const told = isJsonObject(properties) ? Object.entries(properties) : [];
  return {
    ...(typeof type === 'string' ? { type } : {}),
    ...(Array.isArray(required) ? { required: [...new Set(required.filter((name) => typeof name === 'string'))] } : {}),
    properties: Object.fromEntries(
      told.map(([name, each]) => [name, isJsonObject(each) && compile(each, reading) !== undefined ? each : {}]),
    ),
    ...(typeof additionalProperties === 'boolean' ? { additionalProperties } : {}),
  };
}

function compile(schema: JsonObject, { formats }: Reading): ValidateFunction | undefined {
  const { $schema: _, ...rest } = schema;
  for (const Dialect of dialectsOf(schema)) {
    try {
      const ajv = new Dialect({ ...OPTIONS, validateFormats: formats !== undefined });
      formats?.(ajv);
      return ajv.compile(rest);
    } catch {
      // The next dialect may know it.
    }
  }
  return undefined;
}

/** The dialect without a name is MCP's default; the older one reads what the newer refuses, such as a list under "items". */
function dialectsOf({ $schema }: JsonObject): readonly (typeof Ajv | typeof Ajv2020)[] {
  return typeof $schema === 'string' && /draft-0\d/.test($schema) ? [Ajv] : [Ajv2020, Ajv];
}

/** Schemas are not checked against that of their dialect, which takes longer to make ready than they do: what cannot be compiled is seen. */
const OPTIONS = {
  strict: false,
  // Every map of JavaScript has a `toString`; one of JSON has it when it is written.
  ownProperties: true,
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
