import type { z } from 'zod';
import type { Json } from '../core/json.ts';
import type { Located } from '../core/located.ts';
import type { Problem } from '../core/problem.ts';
import { checked } from './checked.ts';
import { guardSize, type Limits } from './guard.ts';
import { locate } from './locate.ts';
import { jsonOf } from './node.ts';
import { parsedTree } from './read-tree.ts';
import { createReport, sortProblems, TooManyProblems } from './report.ts';
import { createSource, type Source } from './source.ts';

/** What a file of data may be at most; what is larger goes by the line. */
const DATA_LIMITS: Limits = {
  what: 'a file of data',
  bytes: 16 * 1024 * 1024,
  lines: 500_000,
  depth: 200,
  aliases: 1000,
  tokens: 4_000_000,
  values: 1_000_000,
};

/** The value in a YAML or JSON text, checked against a schema as chain files are; undefined when it has errors. */
export function checkData(
  file: string,
  text: string,
  { schema, name }: { readonly schema: z.ZodType; readonly name: string },
): { readonly located?: Located; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const located = read(createSource(file, text), problems, schema, name);
  return { ...(located === undefined || problems.length > 0 ? {} : { located }), problems: sortProblems(problems, [file]) };
}

function read(source: Source, problems: Problem[], schema: z.ZodType, name: string): Located | undefined {
  const report = createReport(source, problems);
  try {
    if (!guardSize(report, Buffer.byteLength(source.text), DATA_LIMITS)) return undefined;
    const read = parsedTree(report, [], DATA_LIMITS);
    if (read === undefined) return undefined;
    const { tree } = read;
    for (const tell of tree.braced.values()) tell();
    const owner = { name, known: [] };
    const value = checked(read.report, { node: tree.root, json: jsonOf(tree.root), schema, owner: () => owner });
    return value === undefined ? undefined : locate(source, tree.root, value as Json);
  } catch (error) {
    if (error instanceof TooManyProblems) return undefined;
    throw error;
  }
}
