import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';

/** A JSON Schema of an object as the shorthand `fields`; undefined for what that cannot say. */
export function fieldsOf(schema: unknown): JsonObject | undefined {
  if (!isJsonObject(schema) || !isJsonObject(schema.properties ?? null)) return undefined;
  const required = Array.isArray(schema.required) ? schema.required : [];
  return fieldsIn(schema.properties as JsonObject, (name) => required.includes(name));
}

/** The same of a map of names to schemas. */
export function fieldsIn(properties: JsonObject, isRequired: (name: string) => boolean): JsonObject | undefined {
  const fields: Record<string, Json> = {};
  for (const [name, property] of Object.entries(properties)) {
    const type = typeOf(property);
    if (type === undefined) return undefined;
    fields[isRequired(name) ? name : `${name}?`] = type;
  }
  return fields;
}

const PLAIN: ReadonlyMap<Json, string> = new Map<Json, string>([
  ['string', 'string'],
  ['number', 'number'],
  ['integer', 'integer'],
  ['boolean', 'boolean'],
]);

function typeOf(schema: Json | undefined): Json | undefined {
  if (!isJsonObject(schema)) return undefined;
  const { type = null, enum: options, items, properties } = schema;
  if (
    Array.isArray(options) &&
    options.length > 1 &&
    options.every((option) => typeof option === 'string' && /^[\w -]+$/.test(option))
  )
    return options.join('|');
  if (type === 'array') {
    const item = items === undefined ? 'any' : typeOf(items);
    return item === undefined ? undefined : [item];
  }
  if (type === 'object') return properties === undefined ? 'map' : fieldsOf(schema);
  return PLAIN.get(type);
}
