import { basename } from 'node:path';
import { ChainError } from '../core/errors.ts';
import { isJsonObject } from '../core/json.ts';
import type { Problem } from '../core/problem.ts';
import type { Fields, FieldValues } from '../lib/fields.ts';
import { checkedFields } from './checked.ts';
import { jsonOf, keyPlaceAt, type NodePath } from './node.ts';
import { readBytes } from './read-bytes.ts';
import { readTree } from './read-tree.ts';
import { createReport, type Finding, sortProblems, TooManyProblems } from './report.ts';
import { createSource } from './source.ts';
import { isFreeKey } from './unknown-key.ts';

export interface MapFile<Table extends Fields> {
  readonly values: FieldValues<Table>;
  /** Adds what no schema can see, at the key of a path. */
  problem(path: NodePath, finding: Finding): void;
  /** Throws `ChainError` when there are problems. */
  check(): void;
}

/**
 * A YAML file that stands beside a chain, such as its stubs, read with the same care as a chain. `what` names it in messages:
 * `the stub file`. Throws `ChainError` with every problem of it.
 */
export function readMap<Table extends Fields>(file: string, what: string, fields: Table): MapFile<Table> {
  const problems: Problem[] = [];
  const sources = new Map<string, string>();
  const reportOn = (text: string) => {
    sources.set(file, text);
    return createReport(createSource(file, text), problems);
  };
  const fail = (): ChainError => new ChainError(sortProblems(problems, [file]), sources);
  const check = (): void => {
    if (problems.some(({ severity }) => severity === 'error')) throw fail();
  };
  try {
    const found = readBytes(file);
    if ('why' in found) {
      reportOn('').add(
        { start: 0, end: 1 },
        { code: 'PC1001', message: `${what} ${basename(file)} cannot be read: ${found.why}` },
      );
      throw fail();
    }
    const read = readTree(found.bytes, reportOn);
    if (read === undefined) throw fail();
    const { report, tree } = read;
    for (const tell of tree.braced.values()) tell();
    const written = jsonOf(tree.root);
    if (!isJsonObject(written)) report.add(tree.root, { code: 'PC1101', message: `${what} must be a map` });
    check();
    const json = Object.fromEntries(Object.entries(isJsonObject(written) ? written : {}).filter(([key]) => !isFreeKey(key)));
    const values = checkedFields(report, { node: tree.root, json, fields, owner: () => ({ name: what, known: fields.keys }) });
    check();
    if (values === undefined) throw fail();
    return { values, problem: (path, finding) => report.add(keyPlaceAt(tree.root, path), finding), check };
  } catch (error) {
    throw error instanceof TooManyProblems ? fail() : error;
  }
}
