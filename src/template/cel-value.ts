import type { Json } from '../core/json.ts';

/**
 * A JSON value as conditions compute with it: maps become `Map` (any key is data, `constructor` too), numbers stay doubles.
 * Only a value that is declared whole is a CEL int, see `celInteger`.
 */
export function toCel(value: Json): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(toCel);
  return new Map(Object.entries(value).map(([key, item]) => [key, toCel(item as Json)]));
}

export function celInteger(value: Json): unknown {
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
}

/** The result of a condition as JSON; undefined for what JSON has no form for. */
export function fromCel(value: unknown): Json | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : undefined;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return fromEntries(value.entries(), (items) => items.map(([, item]) => item));
  if (value instanceof Map) return fromEntries(value.entries(), fromPairs);
  const plain = typeof value === 'object' && [Object.prototype, null].includes(Object.getPrototypeOf(value));
  return plain ? fromEntries(Object.entries(value as object), fromPairs) : undefined;
}

function fromEntries(entries: Iterable<readonly [unknown, unknown]>, build: (items: [string, Json][]) => Json): Json | undefined {
  const items: [string, Json][] = [];
  for (const [key, item] of entries) {
    const json = fromCel(item);
    if (json === undefined) return undefined;
    items.push([String(key), json]);
  }
  return build(items);
}

function fromPairs(items: [string, Json][]): Json {
  return Object.fromEntries(items);
}
