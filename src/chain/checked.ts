import type { z } from 'zod';
import type { Json } from '../core/json.ts';
import { reportIssues } from './issues.ts';
import type { Node, NodePath } from './node.ts';
import { nodeAt, textOfScalar } from './node.ts';
import type { Report } from './report.ts';
import type { Owner } from './unknown-key.ts';

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
  const patched = withTexts(node, json, first.error.issues);
  const second = patched === undefined ? first : schema.safeParse(patched);
  if (second.success) return second.data;
  reportIssues(report, node, second.error.issues, { owner: about.owner(), schema });
  return undefined;
}

type Issue = z.core.$ZodIssue;

function withTexts(root: Node, json: Json, issues: readonly Issue[]): Json | undefined {
  const texts = issues.flatMap((issue) => textsWanted(issue, []));
  let patched: Json | undefined;
  for (const path of texts) {
    const node = nodeAt(root, path);
    if (node?.kind !== 'scalar' || node.value === null || typeof node.value === 'string') continue;
    patched ??= structuredClone(json);
    patched = put(patched, path, textOfScalar(node));
  }
  return patched;
}

function textsWanted(issue: Issue, above: NodePath): NodePath[] {
  const path = [...above, ...issue.path.filter((key) => typeof key !== 'symbol')];
  if (issue.code === 'invalid_type') return issue.expected === 'string' ? [path] : [];
  if (issue.code === 'invalid_value') return issue.values.every((value) => typeof value === 'string') ? [path] : [];
  return issue.code === 'invalid_union'
    ? issue.errors.flatMap((errors) => errors.flatMap((error) => textsWanted(error, path)))
    : [];
}

function put(json: Json, path: NodePath, text: string): Json {
  const [key, ...rest] = path;
  if (key === undefined) return text;
  const container = json as Record<string | number, Json>;
  container[key] = put(container[key] ?? null, rest, text);
  return json;
}
