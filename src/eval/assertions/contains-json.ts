import { parse } from 'yaml';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import type { AssertionKind } from './kind.ts';
import { breaks, refuseSchema, schemaOf } from './schema.ts';

export const containsJson: AssertionKind = {
  summary: 'somewhere in the output is a JSON map, and one fits the JSON Schema given as value',
  refuse: refuseSchema,
  check({ assertion, text }) {
    const schema = schemaOf(assertion);
    let problems: readonly string[] | undefined;
    for (const value of mapsIn(text)) {
      problems = breaks(schema, value);
      if (problems.length === 0) return { holds: true, because: 'the output contains JSON that fits' };
    }
    const because = problems === undefined ? 'the output contains no JSON map' : problems.join('; ');
    return { holds: false, because, fix: problems === undefined ? 'the answer has to contain a JSON map' : because };
  },
};

/**
 * The outermost maps between braces, from left to right. Read as YAML, as promptfoo does: single quotes, a comma at the end and
 * keys without quotes are forgiven.
 */
function* mapsIn(text: string): Generator<JsonObject> {
  for (let start = text.indexOf('{'), looked = 0; start !== -1 && looked < MOST_STARTS; looked += 1) {
    const end = closingBrace(text, start);
    const value = end === undefined ? undefined : mapOf(text.slice(start, end));
    if (value !== undefined) yield value;
    start = text.indexOf('{', value === undefined ? start + 1 : end);
  }
}

const MOST_STARTS = 1000;
const LONGEST = 100_000;

function mapOf(text: string): JsonObject | undefined {
  try {
    const value: unknown = parse(text, { maxAliasCount: 0 });
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** After the brace that closes the one at `start`. */
function closingBrace(text: string, start: number): number | undefined {
  let depth = 0;
  const last = Math.min(text.length, start + LONGEST);
  for (let at = start; at < last; at += 1) {
    if (text[at] === '{') depth += 1;
    else if (text[at] === '}') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return undefined;
}
