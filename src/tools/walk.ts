import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '../core/errors.ts';
import { entriesPath, openInside } from './inside.ts';

export interface Entry {
  /** From the chain's folder, with `/`. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
}

export interface WalkOptions {
  /** The chain's folder. Absolute. */
  readonly dir: string;
  readonly signal: AbortSignal;
  /** Into folders too. */
  readonly deep: boolean;
}

/**
 * What is in a folder, sorted by name, a folder before what is in it. Links are told and never followed; `.git` and
 * `node_modules` are left out unless the walk begins there. Returns whether it stopped at the bound of entries.
 */
export async function* walk(path: string, { dir, signal, deep }: WalkOptions): AsyncGenerator<Entry, boolean> {
  const folders = [path];
  let seen = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    signal.throwIfAborted();
    const inner: string[] = [];
    for (const entry of await entriesOf(dir, folder, folder === path)) {
      if (SKIPPED.has(entry.path.split('/').at(-1) ?? '')) continue;
      seen += 1;
      if (seen > MOST_ENTRIES) return true;
      yield entry;
      if (entry.kind === 'folder' && deep && entry.path.split('/').length < DEEPEST) inner.push(entry.path);
    }
    folders.push(...inner.reverse());
  }
  return false;
}

const SKIPPED = new Set(['.git', 'node_modules']);
export const MOST_ENTRIES = 20_000;
const DEEPEST = 64;

async function entriesOf(dir: string, path: string, first: boolean): Promise<readonly Entry[]> {
  const folder = await openInside(dir, path, 'folder').catch((error) => {
    // One folder that is gone or closed does not end the walk through the others.
    if (first || !(error instanceof ToolError)) throw error;
    return undefined;
  });
  if (folder === undefined) return [];
  await using _ = folder.handle;
  const place = await entriesPath(folder);
  const names = (await readdir(place)).sort();
  const prefix = folder.path === '.' ? '' : `${folder.path}/`;
  const entries = names.map(async (name) => {
    const stats = await lstat(join(place, name)).catch(() => undefined);
    if (stats === undefined) return [];
    const kind = stats.isDirectory() ? 'folder' : stats.isFile() ? 'file' : stats.isSymbolicLink() ? 'link' : 'other';
    return [{ path: prefix + name, kind } as const];
  });
  return (await Promise.all(entries)).flat();
}
