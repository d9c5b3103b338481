import { join } from 'node:path';
import { StoreError } from '../core/errors.ts';
import { ROOTS } from '../core/scope.ts';
import { nearest } from '../lib/nearest.ts';
import type { Catalogue, CatalogueEntry } from './catalogue.ts';
import { fillEntry, parseEntryName } from './catalogue.ts';
import { locateFile } from './files.ts';
import type { Frame } from './frame.ts';
import type { Node } from './node.ts';
import { describe, textOfScalar } from './node.ts';
import type { Finding } from './report.ts';
import { shown } from './report.ts';
import type { Place } from './source.ts';

/** The texts of the techniques, or of the one strategy, that a node names; what cannot be found is reported. */
export function catalogueTexts(frame: Frame, node: Node, of: keyof Catalogue): string[] {
  const names = node.kind === 'list' ? node.items : [node];
  return names.flatMap((item) => {
    const text = textNamed(frame, item, of);
    return text === undefined ? [] : [text];
  });
}

const SINGULAR = { techniques: 'technique', strategies: 'strategy' } as const;

function textNamed(frame: Frame, node: Node, of: keyof Catalogue): string | undefined {
  const word = SINGULAR[of];
  const written = nameAndParameter(node);
  if (written === undefined) {
    frame.report.add(node, { code: 'PC1101', message: `a ${word} is named by text, such as few_shot:3, not ${describe(node)}` });
    return undefined;
  }
  const entries = entriesOf(frame, node, of);
  if (entries === undefined) return undefined;
  const entry = entries.get(written.name);
  if (entry === undefined) {
    const near = nearest(written.name, entries.keys());
    const label = near === undefined ? undefined : `did you mean "${near}"?`;
    const help = `there are: ${[...entries.keys()].join(', ')}`;
    frame.report.add(node, { code: 'PC1315', message: `there is no ${word} ${shown(written.name)}`, label, help });
    return undefined;
  }
  if (entry.edits) {
    const help = `promptchain engineer improve --techniques ${entry.name} works it into the prompt`;
    frame.report.add(node, {
      code: 'PC1315',
      message: `the ${word} "${entry.name}" edits a prompt, and is no text to add to one`,
      help,
    });
    return undefined;
  }
  const outside = outsideOf(frame, entry);
  if (outside !== undefined) {
    frame.report.add(node, outside);
    return undefined;
  }
  checkParameter(frame, node, { entry, word, parameter: written.parameter });
  return fillEntry(entry, written.parameter);
}

/** A text of the chain's own is a file like any other it names: inside its folder, links resolved. */
function outsideOf({ tree, dir, options }: Frame, { file }: CatalogueEntry): Finding | undefined {
  if (file.startsWith(join(options.packageDir, 'prompts', '/'))) return undefined;
  const located = locateFile(tree, dir, file);
  return 'finding' in located ? located.finding : undefined;
}

/** A file of the chain's own folder may be broken; that is a problem of the chain. */
function entriesOf(frame: Frame, node: Node, of: keyof Catalogue): ReadonlyMap<string, CatalogueEntry> | undefined {
  try {
    return frame.catalogue()[of];
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    frame.report.add(node, { code: error.code, message: error.message, help: error.help });
    return undefined;
  }
}

/** `few_shot:3`; also `few_shot: 3` in a list, which YAML reads as a map of one. */
function nameAndParameter(node: Node): ReturnType<typeof parseEntryName> | undefined {
  if (node.kind === 'scalar' && node.value !== null) return parseEntryName(textOfScalar(node));
  if (node.kind !== 'map' || node.entries.size !== 1) return undefined;
  const [[name, entry] = []] = node.entries;
  if (name === undefined || entry?.value.kind !== 'scalar' || entry.value.value === null) return undefined;
  return { name, parameter: textOfScalar(entry.value) };
}

function checkParameter(
  frame: Frame,
  place: Place,
  { entry, word, parameter }: { entry: CatalogueEntry; word: string; parameter: string | undefined },
): void {
  const wanted = entry.parameter;
  if (parameter === undefined && wanted?.required === true && wanted.default === undefined) {
    frame.report.add(place, {
      code: 'PC1315',
      message: `the ${word} "${entry.name}" needs its ${wanted.name}`,
      help: `write "${entry.name}:…"${wanted.description === undefined ? '' : `: ${wanted.description}`}`,
    });
  }
  const placeholder = PLACEHOLDER.exec(parameter ?? '')?.[0];
  if (placeholder !== undefined) {
    frame.report.add(place, {
      code: 'PC1315',
      message: `the parameter of a ${word} is fixed: ${shown(placeholder)} would reach the model as it is`,
      help: 'write what depends on a value into the prompt itself',
    });
  }
  if (parameter !== undefined && wanted === undefined) {
    frame.report.add(place, {
      code: 'PC1402',
      severity: 'warning',
      message: `the ${word} "${entry.name}" takes no parameter: ${shown(parameter)} is not used`,
    });
  }
}

const PLACEHOLDER = new RegExp(`\\{(?:${ROOTS.join('|')})\\b[^{}]*\\}`);
