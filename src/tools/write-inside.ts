import { randomUUID } from 'node:crypto';
import { lstat, mkdir, open, realpath, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ToolError } from '../core/errors.ts';
import { entriesPath, type Inside, notOpened, openInside, resolvedIn, wantedIn } from './inside.ts';

/**
 * Writes a file inside the chain's folder: all of it or nothing, on disk when it returns; missing folders are made. The folder
 * is held open meanwhile and the file made and renamed by way of it, so that a link put in its place leads nowhere. A link of
 * the file's own name is followed if it stays inside. Throws `ToolError`.
 */
export async function writeInside(dir: string, path: string, content: string): Promise<{ path: string; bytes: number }> {
  const root = await realpath(dir);
  const wanted = wantedIn(dir, root, path);
  if (wanted === root || /[\\/]$/.test(path)) throw notAFile(path);
  const target = (await exists(wanted)) ? await resolvedIn(root, wanted, path) : wanted;
  const folder = await madeFolder(root, dirname(target), path);
  await using _ = folder.handle;
  const name = basename(target);
  const shown = folder.path === '.' ? name : `${folder.path}/${name}`;
  if (shown.split('/').includes('node_modules')) throw inModules(path);
  const bytes = Buffer.from(content);
  await replace(await entriesPath(folder), name, bytes, path);
  await folder.handle.sync().catch(() => undefined); // not every file system can
  return { path: shown, bytes: bytes.length };
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}

/** The folder, open, made as far as it is missing: each below the one before, which is held open. */
async function madeFolder(root: string, wanted: string, path: string): Promise<Inside> {
  const missing: string[] = [];
  let known = wanted;
  while (!(await exists(known))) {
    missing.unshift(basename(known));
    known = dirname(known);
  }
  let folder = await openInside(root, await resolvedIn(root, known, path), 'folder');
  for (const name of missing) {
    const outer = folder;
    try {
      await mkdir(join(await entriesPath(outer), name)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw notOpened(path, error);
      });
      folder = await openInside(root, join(outer.real, name), 'folder');
    } finally {
      await outer.handle.close();
    }
  }
  return folder;
}

async function replace(folder: string, name: string, bytes: Buffer, path: string): Promise<void> {
  const target = join(folder, name);
  const before = await lstat(target).catch(() => undefined);
  if (before !== undefined && !before.isFile()) throw notAFile(path);
  const temporary = join(folder, `.${randomUUID()}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      if (before !== undefined) await file.chmod(before.mode & 0o777);
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw notOpened(path, error);
  }
}

function notAFile(path: string): ToolError {
  return new ToolError(`"${path}" is not a file that can be written`, { code: 'PC7042', reason: 'tool' });
}

function inModules(path: string): ToolError {
  const help = 'node_modules holds what a package manager put there';
  return new ToolError(`"${path}" may not be touched`, { code: 'PC7041', reason: 'tool', help });
}
