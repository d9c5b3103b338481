import type { z } from 'zod';
import type { Json, JsonObject } from '../core/json.ts';
import type { Fields, FieldValues } from '../lib/fields.ts';
import { reportIssues } from './issues.ts';
import type { Node, NodePath } from './node.ts';
import { nodeAt, textOfScalar } from './node.ts';
import type { Report } from './report.ts';
import { isFreeKey, type Owner } from './unknown-key.ts';

/**
 * The values of a map as `fields` give them; undefined, and the problems reported, when one does not fit. Without the key
 * `required` the map does not fit; every other key may be left out.
 */
export function checkedFields<Table extends Fields>(
  report: Report,
  about: {
    readonly node: Node;
    readonly json: JsonObject;
    readonly fields: Table;
    readonly required?: string | undefined;
    owner(): Owner;
  },
): FieldValues<Table> | undefined {
  const { node, json, fields, required, owner } = about;
  const isMissing = required !== undefined && fields.has(required) && !Object.hasOwn(json, required);
  const values = isMissing ? undefined : valuesOf(fields, json);
  return (values ?? checked(report, { node, json, schema: fields.whole(), owner })) as FieldValues<Table> | undefined;
}

/** Each key for itself, which needs the schemas of these keys alone. */
function valuesOf(fields: Fields, json: JsonObject): Record<string, unknown> | undefined {
  const values: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(json)) {
    const parsed = fields.schema(key)?.safeParse(value);
    if (parsed?.success !== true) return undefined;
    values[key] = parsed.data;
  }
  return values;
}

/**
 * The value of a node as a schema gives it; undefined, and the problems reported, when it does not fit. A number or a boolean
 * where the schema wants text becomes the text it was written as: `1.10` stays `1.10`.
 */
export function checked<Schema extends z.ZodType>(
  report: Report,
  about: { readonly node: Node; readonly json: Json; readonly schema: Schema; owner(): Owner },
): z.output<Schema> | undefined {
  const { node, json, schema } = about;
  const first = schema.safeParse(json);
  if (first.success) return first.data;
  const patched = patch(node, json, first.error.issues);
  const second = patched === undefined ? first : schema.safeParse(patched);
  if (second.success) return second.data;
  reportIssues(report, node, second.error.issues, { owner: about.owner(), schema });
  return undefined;
}

type Issue = z.core.$ZodIssue;

/** The JSON with what the schema may not know of put right: numbers that are texts, and keys that are the author's own. */
function patch(root: Node, json: Json, issues: readonly Issue[]): Json | undefined {
  const texts = issues.flatMap((issue) => textsWanted(issue, []));
  const free = issues.flatMap((issue) => freeKeys(issue, []));
  if (texts.length === 0 && free.length === 0) return undefined;
  let patched = structuredClone(json);
  for (const path of free) patched = put(patched, path, undefined);
  for (const path of texts) {
    const node = nodeAt(root, path);
    if (node?.kind !== 'scalar' || node.value === null || typeof node.value === 'string') continue;
    patched = put(patched, path, textOfScalar(node));
  }
  return patched;
}

function textsWanted(issue: Issue, above: NodePath): NodePath[] {
  const path = pathOf(issue, above);
  if (issue.code === 'invalid_type') return issue.expected === 'string' ? [path] : [];
  if (issue.code === 'invalid_value') return issue.values.every((value) => typeof value === 'string') ? [path] : [];
  return issue.code === 'invalid_union' ? issue.errors.flat().flatMap((error) => textsWanted(error, path)) : [];
}

function freeKeys(issue: Issue, above: NodePath): NodePath[] {
  const path = pathOf(issue, above);
  if (issue.code === 'unrecognized_keys') return issue.keys.filter(isFreeKey).map((key) => [...path, key]);
  return issue.code === 'invalid_union' ? issue.errors.flat().flatMap((error) => freeKeys(error, path)) : [];
}

function pathOf(issue: Issue, above: NodePath): (string | number)[] {
  return [...above, ...issue.path.filter((key) => typeof key !== 'symbol')];
}

function put(json: Json, path: NodePath, text: string | undefined): Json {
  const [key, ...rest] = path;
  if (key === undefined) return text ?? null;
  const container = json as Record<string | number, Json>;
  if (rest.length === 0 && text === undefined) delete container[key];
  else container[key] = put(container[key] ?? null, rest, text);
  return json;
}
