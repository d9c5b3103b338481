import type { InputSpec } from '../core/chain.ts';
import { isJsonObject, type Json } from '../core/json.ts';

export type Coerced = { readonly value: Json } | { readonly problem: string };

/**
 * A value for a declared input, turned into the declared type: texts (as from a command line) are parsed, anything else must
 * fit as it is. `problem` is a sentence that names the input.
 */
export function coerceInput(name: string, spec: InputSpec, raw: Json): Coerced {
  const value = typeof raw === 'string' ? fromText(spec, raw) : raw;
  if (value !== undefined && fits(spec, value)) return { value };
  return { problem: `input "${name}" must be ${wanted(spec)}, not ${shown(raw)}` };
}

/** The values of the inputs that have a default. */
export function defaultsOf(specs: { readonly [name: string]: InputSpec }): { readonly [name: string]: Json } {
  const values: Record<string, Json> = {};
  for (const [name, spec] of Object.entries(specs)) if (spec.default !== undefined) values[name] = spec.default;
  return values;
}

function fromText(spec: InputSpec, raw: string): Json | undefined {
  switch (spec.type) {
    case 'string':
    case 'choice':
      return raw;
    case 'number':
    case 'integer':
      return raw.trim() === '' ? undefined : Number(raw);
    case 'boolean':
      return raw === 'true' ? true : raw === 'false' ? false : undefined;
    case 'list':
    case 'map':
      return parsed(raw);
  }
}

function parsed(raw: string): Json | undefined {
  try {
    return JSON.parse(raw) as Json;
  } catch {
    return undefined;
  }
}

function fits(spec: InputSpec, value: Json): boolean {
  switch (spec.type) {
    case 'string':
      return typeof value === 'string';
    case 'choice':
      return typeof value === 'string' && (spec.options ?? []).includes(value);
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'integer':
      return Number.isSafeInteger(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'list':
      return Array.isArray(value);
    case 'map':
      return isJsonObject(value);
  }
}

function wanted(spec: InputSpec): string {
  switch (spec.type) {
    case 'choice':
      return `one of ${(spec.options ?? []).join(', ')}`;
    case 'boolean':
      return 'true or false';
    case 'list':
      return 'a JSON list';
    case 'map':
      return 'a JSON map';
    case 'integer':
      return 'a whole number';
    case 'number':
      return 'a number';
    case 'string':
      return 'text';
  }
}

function shown(raw: Json): string {
  const text = JSON.stringify(raw);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
