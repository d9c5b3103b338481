import { UsageError } from '../../core/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';

/** The arguments of a call from `--args` and `name=value` words; a value is read as the tool's schema wants it. */
export function argumentsOf(json: string | undefined, words: readonly string[], schema: JsonObject): JsonObject {
  const given: Record<string, Json> = { ...parse(json) };
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals <= 0)
      throw new UsageError(`"${word}" is not of the form name=value`, {
        help: 'or give all at once: --args \'{"name": "value"}\'',
      });
    const name = word.slice(0, equals);
    given[name] = readValue(word.slice(equals + 1), Object.hasOwn(properties, name) ? properties[name] : undefined);
  }
  return given;
}

function parse(json: string | undefined): JsonObject {
  if (json === undefined) return {};
  try {
    const value = JSON.parse(json) as Json;
    if (isJsonObject(value)) return value;
  } catch {
    // Told below: what is no JSON is no object either.
  }
  throw new UsageError('--args must be a JSON object', { help: 'such as --args \'{"path": "notes.txt"}\'' });
}

/** A text where the schema says so or says nothing that a text could not be; else JSON if it is. */
function readValue(text: string, schema: Json | undefined): Json {
  const type = isJsonObject(schema ?? null) ? (schema as JsonObject).type : undefined;
  if (type === 'string') return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
