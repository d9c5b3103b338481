import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CatalogueEntry, catalogueDirs, listCatalogue } from '../../chain/catalogue.ts';
import { partText } from '../../chain/front-matter.ts';
import { jsonOf } from '../../chain/node.ts';
import type { Io } from '../../core/io.ts';
import { isJsonObject } from '../../core/json.ts';

/** A prompt text that can be named in a chain. */
export interface PromptItem {
  readonly kind: 'technique' | 'strategy' | 'file';
  /** What a chain writes: the name, or the id of a file in `prompts/`. */
  readonly name: string;
  readonly description: string;
  readonly parameter?: NonNullable<CatalogueEntry['parameter']>;
  readonly text: string;
  /** Absolute. */
  readonly file: string;
}

/** All that a chain in the working folder can name: the shipped catalogue, that of its `prompts/`, and its prompt files. */
export function promptItems({ cwd, packageDir }: Pick<Io, 'cwd' | 'packageDir'>): readonly PromptItem[] {
  const { techniques, strategies } = listCatalogue(catalogueDirs(cwd, packageDir));
  return [
    ...[...techniques.values()].map((entry) => ({ kind: 'technique' as const, ...entry })),
    ...[...strategies.values()].map((entry) => ({ kind: 'strategy' as const, ...entry })),
    ...promptFiles(join(cwd, 'prompts')),
  ];
}

function promptFiles(folder: string): readonly PromptItem[] {
  return namesIn(folder).map((name) => {
    const file = join(folder, `${name}.md`);
    const { front, body } = partText(file, readFileSync(file, 'utf8'));
    const values = front === undefined ? undefined : jsonOf(front);
    const description = isJsonObject(values) && typeof values.description === 'string' ? values.description : '';
    return { kind: 'file', name, description, text: body.trim(), file };
  });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.md') && entry.name !== 'README.md')
      .map(({ name }) => name.slice(0, -'.md'.length))
      .sort();
  } catch {
    return [];
  }
}
