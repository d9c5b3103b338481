import { type Json, type JsonObject, textOf } from '../core/json.ts';

export interface Filled {
  readonly value: Json;
  /** Names that are no vars of the case. */
  readonly unknown: readonly string[];
}

/** A value with `{{name}}` and `{{name.path}}` in its texts filled in from the vars. Other uses of braces are text. */
export function fillPlaceholders(value: Json, vars: JsonObject): Filled {
  const unknown: string[] = [];
  const fill = (text: string): string =>
    text.replaceAll(PLACEHOLDER, (whole, path: string) => {
      const found = lookUp(vars, path.split('.'));
      if (found === undefined) unknown.push(path);
      return found === undefined ? whole : textOf(found);
    });
  const filled =
    typeof value === 'string'
      ? fill(value)
      : Array.isArray(value)
        ? value.map((item: Json) => (typeof item === 'string' ? fill(item) : item))
        : value;
  return { value: filled, unknown };
}

const PLACEHOLDER = /\{\{-?\s*([A-Za-z_]\w*(?:\.\w+)*)\s*-?\}\}/g;

/** What only a whole template engine understands. */
export function hasTemplateCode(text: string): boolean {
  return /\{%|\{#|\{\{[^{}]*[|(][^{}]*\}\}/.test(text);
}

function lookUp(value: Json, [key, ...rest]: readonly string[]): Json | undefined {
  if (key === undefined) return value;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return lookUp((value as JsonObject)[key] ?? null, rest);
}
