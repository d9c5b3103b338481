import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';

/** What a provider's strict mode knows of JSON Schema. Every object is closed in both. */
export interface StrictDialect {
  /** Bounds and patterns it enforces. The others are told in the description, and checked when the answer is there. */
  readonly bounds: ReadonlySet<string>;
  readonly formats: ReadonlySet<string>;
  readonly references: boolean;
  /** Every field is required: one that may be left out is null instead. */
  readonly allRequired: boolean;
}

/**
 * A schema as a strict mode takes it; undefined when it cannot say the same. What fits the result fits `schema`, bounds and
 * formats aside, once `withoutNulls` has taken out the nulls that stand for fields left out.
 */
export function strictSchema(schema: JsonObject, dialect: StrictDialect): JsonObject | undefined {
  try {
    const strict = rewrite(schema, { root: schema, dialect });
    const isTaken = strict.type === 'object' && strict.anyOf === undefined && JSON.stringify(strict).length <= LARGEST;
    return isTaken ? strict : undefined;
  } catch (error) {
    if (error instanceof NotStrict) return undefined;
    throw error;
  }
}

/** `value` without the nulls a strict mode wrote for optional fields that are not nullable themselves. */
export function withoutNulls(schema: Json | undefined, value: Json, root: Json | undefined = schema): Json {
  const own = resolved(schema, root);
  if (own === undefined) return value;
  const structure = variants(own).find((each) => !isScalar(resolved(each, root)));
  if (structure !== undefined) return withoutNulls(structure, value, root);
  if (Array.isArray(value)) return value.map((item: Json) => withoutNulls(own.items, item, root));
  if (!isJsonObject(value)) return value;
  const properties = isJsonObject(own.properties) ? own.properties : {};
  const entries = Object.entries(value).flatMap(([name, held]): [string, Json][] => {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const isLeftOut = held === null && property !== undefined && !isRequired(own, name) && !acceptsNull(property, root);
    return isLeftOut ? [] : [[name, withoutNulls(property, held, root)]];
  });
  return Object.fromEntries(entries);
}

class NotStrict extends Error {}

/** Characters; the limits of the providers are on names, choices and nesting, and all far above what fits in here. */
const LARGEST = 15_000;

interface Place {
  readonly root: JsonObject;
  readonly dialect: StrictDialect;
}

const MEANINGLESS = new Set(['$schema', '$id', '$comment', 'default', 'examples', 'deprecated', 'readOnly', 'writeOnly']);
const KEPT = new Set(['description', 'title', 'enum', 'const']);
const BOUNDS = new Set([
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minLength', 'maxLength', 'pattern', 'minItems', 'maxItems', 'uniqueItems'],
]);
const TYPES = new Set<Json>(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']);

/** Goes by the list of what is known: a keyword that is not on it might mean anything. */
function rewrite(schema: Json | undefined, place: Place): JsonObject {
  if (!isJsonObject(schema)) throw new NotStrict();
  const strict: Record<string, Json> = {};
  const told: Record<string, Json> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (KEPT.has(keyword)) strict[keyword] = value;
    else if (BOUNDS.has(keyword)) (place.dialect.bounds.has(keyword) ? strict : told)[keyword] = value;
    else if (keyword === 'format') (place.dialect.formats.has(String(value)) ? strict : told)[keyword] = value;
    else if (!MEANINGLESS.has(keyword)) Object.assign(strict, rewriteKeyword(keyword, schema, place));
  }
  if (!['type', 'enum', 'const', 'anyOf', '$ref'].some((keyword) => keyword in strict)) throw new NotStrict();
  if (Object.keys(told).length === 0) return strict;
  const description = [strict.description, JSON.stringify(told)].filter((part) => part !== undefined).join(' ');
  return { ...strict, description };
}

function rewriteKeyword(keyword: string, schema: JsonObject, place: Place): JsonObject {
  const value = schema[keyword];
  switch (keyword) {
    case 'type':
      return rewriteType(schema, place);
    case 'properties':
    case 'required':
    case 'additionalProperties':
      if (schema.type !== 'object') throw new NotStrict();
      // No checker of a closed object finds that name among its properties.
      if (isJsonObject(schema.properties) && Object.hasOwn(schema.properties, '__proto__')) throw new NotStrict();
      return {};
    case 'items':
      if (schema.type !== 'array') throw new NotStrict();
      return {};
    case 'anyOf':
    case 'oneOf':
      return { anyOf: rewriteVariants(value, place) };
    case '$ref':
      if (!place.dialect.references || resolved(schema, place.root) === undefined) throw new NotStrict();
      return { $ref: value ?? null };
    case '$defs':
    case 'definitions':
      if (schema !== place.root || !isJsonObject(value)) throw new NotStrict();
      return { [keyword]: Object.fromEntries(Object.entries(value).map(([name, each]) => [name, rewrite(each, place)])) };
    default:
      throw new NotStrict();
  }
}

function rewriteType(schema: JsonObject, place: Place): JsonObject {
  const { type } = schema;
  const types: readonly Json[] = Array.isArray(type) ? type : [type ?? null];
  if (!types.every((each) => TYPES.has(each))) throw new NotStrict();
  if (type === 'object') return { type, ...rewriteObject(schema, place) };
  if (type === 'array') return { type, items: rewrite(schema.items, place) };
  if (types.includes('object') || types.includes('array')) throw new NotStrict();
  return { type: type ?? null };
}

function rewriteObject(schema: JsonObject, place: Place): JsonObject {
  const { properties, additionalProperties = false } = schema;
  // A map of any names cannot be closed.
  if (!isJsonObject(properties) || Object.keys(properties).length === 0 || additionalProperties !== false) throw new NotStrict();
  const names = Object.keys(properties);
  const required = Array.isArray(schema.required) ? schema.required : [];
  if (!required.every((name) => names.includes(String(name)))) throw new NotStrict();
  const entries = names.map((name) => {
    const property = rewrite(properties[name], place);
    const isAlways = !place.dialect.allRequired || isRequired(schema, name) || acceptsNull(properties[name], place.root);
    return [name, isAlways ? property : { anyOf: [property, { type: 'null' }] }];
  });
  return {
    properties: Object.fromEntries(entries),
    required: place.dialect.allRequired ? names : required,
    additionalProperties: false,
  };
}

/** With nulls to take out again, it must be plain which of the variants an answer is. */
function rewriteVariants(value: Json | undefined, place: Place): readonly JsonObject[] {
  if (!Array.isArray(value)) throw new NotStrict();
  const structures = value.filter((each: Json) => !isScalar(resolved(each, place.root)));
  if (place.dialect.allRequired && structures.length > 1) throw new NotStrict();
  return value.map((each: Json) => rewrite(each, place));
}

function isScalar(schema: JsonObject | undefined): boolean {
  return (
    schema !== undefined &&
    ('enum' in schema || 'const' in schema || (schema.type !== 'object' && schema.type !== 'array' && 'type' in schema))
  );
}

function isRequired(schema: JsonObject, name: string): boolean {
  return Array.isArray(schema.required) && schema.required.includes(name);
}

function acceptsNull(schema: Json | undefined, root: Json | undefined): boolean {
  const own = resolved(schema, root);
  if (own === undefined) return false;
  if (Array.isArray(own.enum)) return own.enum.includes(null);
  if ('const' in own) return own.const === null;
  if (variants(own).length > 0) return variants(own).some((each) => acceptsNull(each, root));
  return own.type === undefined || own.type === 'null' || (Array.isArray(own.type) && own.type.includes('null'));
}

function variants({ anyOf, oneOf }: JsonObject): readonly Json[] {
  const list = anyOf ?? oneOf;
  return Array.isArray(list) ? list : [];
}

/** The schema itself, or the one its `$ref` leads to within `root`. */
function resolved(schema: Json | undefined, root: Json | undefined): JsonObject | undefined {
  let own = schema;
  for (let steps = 0; isJsonObject(own) && own.$ref !== undefined; steps += 1) {
    if (steps > 20 || typeof own.$ref !== 'string' || !own.$ref.startsWith('#')) return undefined;
    own = own.$ref.slice(1).split('/').slice(1).reduce(memberOf, root);
  }
  return isJsonObject(own) ? own : undefined;
}

function memberOf(value: Json | undefined, part: string): Json | undefined {
  const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
