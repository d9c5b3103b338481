import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { StoreError } from '../core/errors.ts';
import { once } from '../lib/once.ts';
import { partText } from './front-matter.ts';
import { jsonOf } from './node.ts';

/** A prompt text that is added to a prompt by name: a Markdown file with front matter. */
export interface CatalogueEntry {
  readonly name: string;
  /** For headings; the name when the file gives none. */
  readonly title: string;
  readonly description: string;
  /** When it helps, and when it does not. */
  readonly when?: string;
  readonly avoid?: string;
  /** A prompt in which one of these is found has it already. */
  readonly detect: readonly RegExp[];
  /** What whoever edits a prompt is told; the text itself when the file gives none. */
  readonly apply?: string;
  /** Its text is about a prompt, for who edits it, and cannot be added to one. */
  readonly edits: boolean;
  readonly parameter?: {
    readonly name: string;
    readonly required: boolean;
    readonly default?: string;
    readonly description?: string;
  };
  /** The text; `{parameter}` in it is the parameter. */
  readonly text: string;
  readonly file: string;
}

export interface Catalogue {
  readonly techniques: ReadonlyMap<string, CatalogueEntry>;
  readonly strategies: ReadonlyMap<string, CatalogueEntry>;
}

/**
 * The techniques and strategies in `techniques/` and `strategies/` of each folder, by name in alphabetical order. Of two with
 * the same name the one in the earlier folder counts. Throws `StoreError` (`PC1315`) for a file that is not of that form.
 */
export function listCatalogue(dirs: readonly string[]): Catalogue {
  return { techniques: entriesOf(dirs, 'techniques'), strategies: entriesOf(dirs, 'strategies') };
}

/** The folders to look in for a chain in `chainDir`: its own prompts win over the shipped ones. */
export function catalogueDirs(chainDir: string | undefined, packageDir: string): string[] {
  const shipped = join(packageDir, 'prompts');
  return chainDir === undefined ? [shipped] : [join(chainDir, 'prompts'), shipped];
}

/** The text of an entry with its parameter filled in: the one given, else its default, else nothing. */
export function fillEntry(entry: CatalogueEntry, parameter: string | undefined): string {
  const value = parameter ?? entry.parameter?.default ?? '';
  return entry.text.split('{parameter}').join(value);
}

/** `name` or `name:parameter`, parted at the first colon. */
export function parseEntryName(source: string): { readonly name: string; readonly parameter?: string } {
  const colon = source.indexOf(':');
  if (colon === -1) return { name: source.trim() };
  const parameter = source.slice(colon + 1).trim();
  const name = source.slice(0, colon).trim();
  return parameter === '' ? { name } : { name, parameter };
}

const frontSchema = once(() =>
  z.strictObject({
    title: z.string().optional(),
    description: z.string().default(''),
    when: z.string().optional(),
    avoid: z.string().optional(),
    detect: z.array(z.string().transform(asPattern)).default([]),
    apply: z.string().optional(),
    edits: z.boolean().default(false),
    parameter: z
      .strictObject({
        name: z.string(),
        required: z.boolean().default(false),
        default: z.union([z.string(), z.number()]).transform(String).optional(),
        description: z.string().optional(),
      })
      .optional(),
  }),
);

function asPattern(source: string, context: z.RefinementCtx): RegExp {
  try {
    return new RegExp(source, 'im');
  } catch {
    context.addIssue({ code: 'custom', message: `${JSON.stringify(source)} is no regular expression` });
    return z.NEVER;
  }
}

function entriesOf(dirs: readonly string[], folder: string): Map<string, CatalogueEntry> {
  const files = new Map<string, string>();
  for (const dir of dirs) {
    for (const name of markdownIn(join(dir, folder))) if (!files.has(name)) files.set(name, join(dir, folder, `${name}.md`));
  }
  const names = [...files.keys()].sort();
  return new Map(names.map((name) => [name, readEntry(name, files.get(name) ?? '')]));
}

function markdownIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.md') && name !== 'README.md')
      .map((name) => name.slice(0, -3));
  } catch {
    return [];
  }
}

function readEntry(name: string, file: string): CatalogueEntry {
  const parted = partText(file, readFileSync(file, 'utf8'));
  const front = frontSchema().safeParse(parted.front === undefined ? {} : jsonOf(parted.front));
  if (!front.success || parted.problems.length > 0) {
    const why = parted.problems[0]?.message ?? front.error?.issues[0]?.message ?? '';
    throw new StoreError(`the prompt file ${file} cannot be used: ${why}`, {
      code: 'PC1315',
      help: 'its front matter may have: title, description, when, avoid, detect, apply, edits, parameter: {name, required, default, description}',
    });
  }
  const { title = name, description, when, avoid, detect, apply, edits, parameter } = front.data;
  return {
    name,
    title,
    description,
    ...(when === undefined ? {} : { when }),
    ...(avoid === undefined ? {} : { avoid }),
    detect,
    ...(apply === undefined ? {} : { apply }),
    edits,
    text: parted.body.trim(),
    file,
    ...(parameter === undefined ? {} : { parameter: definite(parameter) }),
  };
}

function definite(
  parameter: NonNullable<z.output<ReturnType<typeof frontSchema>>['parameter']>,
): NonNullable<CatalogueEntry['parameter']> {
  const { name, required, description } = parameter;
  return {
    name,
    required,
    ...(parameter.default === undefined ? {} : { default: parameter.default }),
    ...(description === undefined ? {} : { description }),
  };
}
