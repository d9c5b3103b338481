import { closeSync, fchmodSync, fsyncSync, openSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { StoreError } from '../../core/errors.ts';
import { keepPrivate, makePrivateFolder, writeFully } from '../../store/private-file.ts';
import type { Paths } from '../paths.ts';

/** A folder whose chains run without a question, or one content of one chain file. */
export type Trusted = { readonly folder: string } | { readonly file: string; readonly content: string };

export function trustFile({ data }: Paths): string {
  return join(data, 'trust.jsonl');
}

/** What is trusted now. A line that cannot be read trusts nothing. */
export function readTrusted(file: string): readonly Trusted[] {
  const trusted = new Map<string, Trusted>();
  for (const line of linesOf(file)) {
    const entry = parse(line);
    if (entry === undefined) continue;
    if ('forget' in entry) {
      for (const [key, each] of trusted) if (pathOf(each) === entry.forget) trusted.delete(key);
    } else trusted.set(JSON.stringify(entry), entry);
  }
  return [...trusted.values()];
}

/** On disk when it returns. One line appended in one write, so that two processes keep both. Throws `StoreError`. */
export function addTrusted(file: string, entry: Trusted | { readonly forget: string }): void {
  try {
    makePrivateFolder(dirname(file));
    const descriptor = openSync(file, 'a', 0o600);
    try {
      keepPrivate(() => fchmodSync(descriptor, 0o600));
      writeFully(descriptor, Buffer.from(`${JSON.stringify(entry)}\n`));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    throw new StoreError(`cannot keep what is trusted in ${file}: ${(cause as Error).message}`, { code: 'PC7073', cause });
  }
}

export function pathOf(entry: Trusted): string {
  return 'folder' in entry ? entry.folder : entry.file;
}

export function isInFolder(folder: string, file: string): boolean {
  return file === folder || file.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new StoreError(`cannot read what is trusted in ${file}: ${(cause as Error).message}`, { code: 'PC7073', cause });
  }
}

function parse(line: string): Trusted | { readonly forget: string } | undefined {
  try {
    const { folder, file, content, forget } = JSON.parse(line) as Record<string, unknown>;
    if (typeof forget === 'string') return { forget };
    if (typeof folder === 'string') return { folder };
    return typeof file === 'string' && typeof content === 'string' ? { file, content } : undefined;
  } catch {
    return undefined;
  }
}
