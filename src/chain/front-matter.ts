import type { Problem } from '../core/problem.ts';
import type { Node } from './node.ts';
import { parseYaml } from './parse.ts';
import type { Report } from './report.ts';
import { createReport } from './report.ts';
import type { Source } from './source.ts';
import { createSource } from './source.ts';
import { buildTree, TooManyValues } from './tree.ts';

/** The YAML between two `---` lines at the start of a file, and the text after it. */
export interface Parted {
  /** Undefined without front matter, or when it is not valid (which is reported). */
  readonly front?: Node;
  readonly body: string;
  /** Offset of the body in the file. */
  readonly bodyStart: number;
}

const FENCE = /^---[ \t]*\r?\n(?:([\s\S]*?)\r?\n)?---[ \t]*(?:\r?\n|$)/;

/** Parts a file into front matter and body. The body loses one line break at its end: a text file ends with one. */
export function partFile(report: Report): Parted {
  const { source } = report;
  const match = FENCE.exec(source.text);
  const bodyStart = match?.[0].length ?? 0;
  const body = source.text.slice(bodyStart).replace(/\r?\n$/, '');
  const yaml = match?.[1];
  if (match === null || yaml === undefined || yaml.trim() === '') return { body, bodyStart };
  const front = parseFront(report, source.text.slice(0, source.text.indexOf('\n') + 1 + yaml.length));
  return front === undefined ? { body, bodyStart } : { front, body, bodyStart };
}

function parseFront(report: Report, text: string): Node | undefined {
  const source: Source = createSource(report.source.file, text);
  const inner = { ...report, source };
  const document = parseYaml(inner)?.document;
  if (document === undefined) return undefined;
  try {
    const tree = buildTree(document, inner);
    for (const tell of tree.braced.values()) tell();
    return tree.root;
  } catch (error) {
    if (!(error instanceof TooManyValues)) throw error;
    report.add(error.place, { code: 'PC1003', message: error.message });
    return undefined;
  }
}

/** For callers that have a text and no load: the front matter and body, problems in a list of its own. */
export function partText(file: string, text: string): Parted & { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  return { ...partFile(createReport(createSource(file, text), problems)), problems };
}
