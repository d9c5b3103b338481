import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';

/** What a shorthand says, as JSON Schema; or all that is wrong with it and where. */
export type Fields = { readonly schema: JsonObject } | { readonly problems: readonly FieldProblem[] };

interface FieldProblem {
  readonly path: readonly string[];
  readonly problem: string;
}

/**
 * The shorthand for the fields of an object: `{a: string, b?: integer, kind: bug|feature, score: 1..5, tags: [string]}`, maps
 * inside maps. A name that ends with `?` is optional; fields it does not name are not allowed.
 */
export function fieldsSchema(fields: JsonObject, path: readonly string[] = []): Fields {
  const properties: Record<string, JsonObject> = Object.create(null);
  const required: string[] = [];
  const problems: FieldProblem[] = [];
  for (const [key, written] of Object.entries(fields)) {
    const name = key.endsWith('?') ? key.slice(0, -1) : key;
    const type = name in properties ? wrong([...path, key], 'is given twice') : typeSchema(written, [...path, key]);
    if ('problems' in type) problems.push(...type.problems);
    properties[name] = 'schema' in type ? type.schema : {};
    if (name === key) required.push(name);
  }
  if (problems.length > 0) return { problems };
  return { schema: { type: 'object', properties: { ...properties }, required, additionalProperties: false } };
}

const PLAIN: Readonly<Record<string, JsonObject>> = {
  string: { type: 'string' },
  text: { type: 'string' },
  number: { type: 'number' },
  float: { type: 'number' },
  integer: { type: 'integer' },
  int: { type: 'integer' },
  boolean: { type: 'boolean' },
  bool: { type: 'boolean' },
  list: { type: 'array' },
  map: { type: 'object' },
  any: {},
};

const RANGE = /^(-?\d+(?:\.\d+)?)\.\.(-?\d+(?:\.\d+)?)$/;

function typeSchema(written: Json, path: readonly string[]): Fields {
  if (isJsonObject(written)) return fieldsSchema(written, path);
  if (Array.isArray(written)) return listSchema(written, path);
  if (typeof written !== 'string') return wrong(path, `is ${JSON.stringify(written)}, not a type; ${KNOWN}`);
  const type = written.trim();
  const plain = Object.hasOwn(PLAIN, type) ? PLAIN[type] : undefined;
  if (plain !== undefined) return { schema: plain };
  if (type.endsWith('[]')) return listSchema([type.slice(0, -2)], path);
  const [, low, high] = RANGE.exec(type) ?? [];
  if (low !== undefined && high !== undefined) return rangeSchema(low, high, path);
  const words = type.split('|').map((word) => word.trim());
  if (words.length < 2 || words.includes('')) return wrong(path, `has the unknown type "${type}"; ${KNOWN}`);
  const twice = words.find((word, index) => words.indexOf(word) < index);
  return twice === undefined ? { schema: { type: 'string', enum: words } } : wrong(path, `has the choice "${twice}" twice`);
}

const KNOWN = 'types are string, number, integer, boolean, list, map, any, a|b|c, 1..5, [type] and maps of fields';

function listSchema(written: readonly Json[], path: readonly string[]): Fields {
  const [item, ...more] = written;
  if (item === undefined || more.length > 0) return wrong(path, 'must have one type in its brackets, as in [string]');
  const type = typeSchema(item, path);
  return 'problems' in type ? type : { schema: { type: 'array', items: type.schema } };
}

function rangeSchema(low: string, high: string, path: readonly string[]): Fields {
  const [minimum, maximum] = [Number(low), Number(high)];
  if (minimum > maximum) return wrong(path, `has an empty range: ${low} is more than ${high}`);
  const type = /\./.test(low + high) ? 'number' : 'integer';
  return { schema: { type, minimum, maximum } };
}

function wrong(path: readonly string[], problem: string): Fields {
  return { problems: [{ path, problem }] };
}
