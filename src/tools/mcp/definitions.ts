import { isJsonObject, type JsonObject } from '../../core/json.ts';
import type { Effect } from '../../core/tool.ts';
import { cleanLine, cleanText, shortened } from './clean-text.ts';
import { DEPTH, DESCRIPTION_CHARACTERS, SCHEMA_CHARACTERS } from './limits.ts';
import { isDeeperThan } from './schema-bounds.ts';

/** One tool as its server describes it, made safe to show. */
export interface Definition {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
  readonly effect: Effect;
}

/** The tools in an answer to `tools/list` that can be used, and a note for each that cannot. */
export function readDefinitions(listed: readonly unknown[]): { readonly tools: Definition[]; readonly notes: string[] } {
  const tools = new Map<string, Definition>();
  const refused = new Map<string, string[]>();
  for (const entry of listed) {
    const read = readDefinition(entry, tools);
    if ('name' in read) tools.set(read.name, read);
    else refused.set(read.why, [...(refused.get(read.why) ?? []), read.refused]);
  }
  return { tools: [...tools.values()], notes: [...refused].map(([why, names]) => note(why, names)) };
}

interface Refusal {
  readonly refused: string;
  readonly why: string;
}

function readDefinition(entry: unknown, known: ReadonlyMap<string, unknown>): Definition | Refusal {
  if (!isJsonObject(entry)) return { refused: 'an entry', why: 'is no object' };
  const { name } = entry;
  const shown = typeof name === 'string' ? JSON.stringify(cleanLine(name, 60)) : 'one without a name';
  if (typeof name !== 'string' || !NAME.test(name) || name === '__proto__') {
    return { refused: shown, why: 'has a name that is not made of letters, digits, "_", "-", "." and "/", at most 128' };
  }
  if (known.has(name)) return { refused: shown, why: 'is listed twice; the first counts' };
  if (isJsonObject(entry.execution) && entry.execution.taskSupport === 'required') {
    return { refused: shown, why: 'can only be called as a task, which is not supported' };
  }
  const schema = entry.inputSchema ?? { type: 'object' };
  const why = problemOf(schema);
  if (why !== undefined) return { refused: shown, why };
  return {
    name,
    description: descriptionOf(entry),
    parameters: readable({ type: 'object', ...(schema as JsonObject) }),
    effect: effectOf(entry.annotations),
  };
}

/** What the protocol recommends, and the slash that an earlier draft of it had. */
const NAME = /^[A-Za-z0-9_./-]{1,128}$/;

function problemOf(schema: unknown): string | undefined {
  if (!isJsonObject(schema)) return 'has a schema that is no object';
  if (isDeeperThan(schema, DEPTH)) return `has a schema nested deeper than ${DEPTH} levels`;
  if (JSON.stringify(schema).length > SCHEMA_CHARACTERS) return `has a schema of more than ${SCHEMA_CHARACTERS} characters`;
  if (schema.type !== undefined && schema.type !== 'object') return 'has a schema whose type is not "object"';
  return undefined;
}

function descriptionOf({ description, title, name }: JsonObject): string {
  const text = [description, title, name].find((candidate) => typeof candidate === 'string' && candidate.trim() !== '');
  return shortened(cleanText(String(text).slice(0, DESCRIPTION_CHARACTERS * 2)).trim(), DESCRIPTION_CHARACTERS);
}

/** The schema with its descriptions and titles made safe like the tool's own; everything else may have a meaning. */
function readable(schema: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      if (typeof value === 'string') return [key, key === 'description' || key === 'title' ? cleanText(value) : value];
      if (Array.isArray(value)) return [key, value.map((item) => (isJsonObject(item) ? readable(item) : item))];
      return [key, isJsonObject(value) ? readable(value) : value];
    }),
  );
}

function effectOf(annotations: unknown): Effect {
  if (!isJsonObject(annotations)) return 'once';
  if (annotations.readOnlyHint === true) return 'none';
  return annotations.idempotentHint === true ? 'idempotent' : 'once';
}

function note(why: string, names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return `not offered: ${shown}${more}, because it ${why}`;
}
