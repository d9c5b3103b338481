import type { Json } from '../core/json.ts';
import { locateFile, readText } from './files.ts';
import type { Frame } from './frame.ts';
import type { Node } from './node.ts';
import { createReport, shown } from './report.ts';
import { createSource } from './source.ts';

/** The JSON in the file that a node names; undefined, and the problem reported, when there is none. */
export function bindJson(frame: Frame, node: Node): Json | undefined {
  const name = node.kind === 'scalar' ? String(node.value) : '';
  const located = locateFile(frame.tree, frame.dir, name);
  const read = 'finding' in located ? located : readText(located.file, name);
  if ('finding' in read) {
    frame.report.add(node, read.finding);
    return undefined;
  }
  const file = 'file' in located ? located.file : name;
  frame.sources.set(file, read.text);
  try {
    return JSON.parse(read.text) as Json;
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    const at = Math.min(Number(/position (\d+)/.exec(words)?.[1] ?? read.text.length), Math.max(0, read.text.length - 1));
    const message = `${shown(name)} is not JSON: ${words.replace(/ (?:in JSON )?at position.*| is not valid JSON$/s, '')}`;
    createReport(createSource(file, read.text), frame.problems).add({ start: at, end: at + 1 }, { code: 'PC1316', message });
    return undefined;
  }
}
