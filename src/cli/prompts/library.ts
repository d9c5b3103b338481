import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CatalogueEntry, catalogueDirs, listCatalogue } from '../../chain/catalogue.ts';
import { partText } from '../../chain/front-matter.ts';
import { jsonOf } from '../../chain/node.ts';
import { promptsIn } from '../../chain/prompt-text.ts';
import type { Io } from '../../core/io.ts';
import { isJsonObject } from '../../core/json.ts';

/** A prompt text that can be named in a chain. */
export interface PromptItem {
  readonly kind: 'technique' | 'strategy' | 'file';
  /** What a chain writes: the name, or the id of a file in `prompts/`. */
  readonly name: string;
  readonly description: string;
  /** A technique for `engineer improve` alone. */
  readonly edits?: true;
  readonly parameter?: NonNullable<CatalogueEntry['parameter']>;
  readonly text: string;
  /** Absolute. */
  readonly file: string;
}

/** All that a chain in the working folder can name: the shipped catalogue, that of its `prompts/`, and its prompt files. */
export function promptItems({ cwd, packageDir }: Pick<Io, 'cwd' | 'packageDir'>): readonly PromptItem[] {
  const { techniques, strategies } = listCatalogue(catalogueDirs(cwd, packageDir));
  return [
    ...[...techniques.values()].map((entry) => itemOf('technique', entry)),
    ...[...strategies.values()].map((entry) => itemOf('strategy', entry)),
    ...promptFiles(join(cwd, 'prompts')),
  ];
}

function itemOf(kind: PromptItem['kind'], { name, description, edits, parameter, text, file }: CatalogueEntry): PromptItem {
  return { kind, name, description, ...(edits ? { edits } : {}), ...(parameter === undefined ? {} : { parameter }), text, file };
}

/** By id: of two files with the same one the first counts, as in a chain. */
function promptFiles(folder: string): readonly PromptItem[] {
  const byId = new Map(
    promptsIn(folder)
      .toReversed()
      .map(({ stem, file }) => [stem, file]),
  );
  const sorted = [...byId].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([name, file]) => promptFile(name, file));
}

function promptFile(name: string, file: string): PromptItem {
  const { front, body } = partText(file, readFileSync(file, 'utf8'));
  const values = front === undefined ? undefined : jsonOf(front);
  const description = isJsonObject(values) && typeof values.description === 'string' ? values.description : '';
  return { kind: 'file', name, description, text: body.trim(), file };
}
