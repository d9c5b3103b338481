import { type CatalogueEntry, catalogueDirs, fillEntry, listCatalogue, parseEntryName } from '../../chain/catalogue.ts';
import { UsageError } from '../../core/errors.ts';
import { nearest } from '../../lib/nearest.ts';
import { columns } from '../columns.ts';
import type { Call } from '../command.ts';

/** A technique to be worked into a prompt. */
export interface Wanted {
  readonly entry: CatalogueEntry;
  readonly parameter?: string;
}

/** The techniques that the words name: `few_shot:3`, or several with commas between them. Throws `UsageError`. */
export function wantedTechniques({ io: { cwd, packageDir } }: Pick<Call, 'io'>, words: readonly string[]): readonly Wanted[] {
  if (words.length === 0) return [];
  const { techniques } = listCatalogue(catalogueDirs(cwd, packageDir));
  return words.flatMap((word) => partsOf(word, techniques)).map((part) => wantedOf(part, techniques));
}

/** All there are, with what each is for in a few words; ends with a line break. */
export function techniqueMenu({ io: { cwd, packageDir } }: Pick<Call, 'io'>): string {
  const { techniques } = listCatalogue(catalogueDirs(cwd, packageDir));
  return `${columns([...techniques.values()].map(({ name, description }) => [name, description]))}\n`;
}

/** Those that the prompt does not have already, as what the improver is told. */
export function missingIn(text: string, wanted: readonly Wanted[]): readonly string[] {
  return wanted.filter(({ entry }) => !isIn(text, entry)).map(({ entry, parameter }) => tellingOf(entry, parameter));
}

function isIn(text: string, { detect }: CatalogueEntry): boolean {
  return detect.some((pattern) => pattern.test(text));
}

function tellingOf(entry: CatalogueEntry, parameter: string | undefined): string {
  const text = fillEntry(entry.apply === undefined ? entry : { ...entry, text: entry.apply }, parameter);
  const isAdvice = entry.edits || entry.apply !== undefined;
  return `${entry.title}: ${isAdvice ? text : `work the following into the prompt, in words that suit it:\n${text}`}`;
}

/** A comma parts two techniques only where one follows it: `forbidden_words:maybe,perhaps` is one. */
function partsOf(word: string, techniques: ReadonlyMap<string, CatalogueEntry>): readonly string[] {
  const parts: string[] = [];
  for (const part of word.split(',')) {
    const last = parts.at(-1);
    if (last?.includes(':') === true && !techniques.has(parseEntryName(part).name)) parts[parts.length - 1] = `${last},${part}`;
    else if (part.trim() !== '') parts.push(part);
  }
  return parts;
}

function wantedOf(part: string, techniques: ReadonlyMap<string, CatalogueEntry>): Wanted {
  const { name, parameter } = parseEntryName(part === 'self_refine' ? 'iterative_refinement' : part);
  const entry = techniques.get(name);
  if (entry === undefined) {
    const close = nearest(name, techniques.keys());
    const isFile = /[./]/.test(name) ? '; the prompt to improve goes before the options' : '';
    throw new UsageError(`--techniques: there is no technique "${name}"${isFile}`, {
      code: 'PC2103',
      help: close === undefined ? 'promptchain engineer techniques lists them' : `did you mean "${close}"?`,
    });
  }
  if (parameter === undefined && entry.parameter?.required === true && entry.parameter.default === undefined) {
    const { name: wanted, description } = entry.parameter;
    throw new UsageError(`--techniques: ${name} needs its ${wanted}`, {
      help: `write ${name}:…${description === undefined ? '' : `: ${description}`}`,
    });
  }
  return parameter === undefined ? { entry } : { entry, parameter };
}
