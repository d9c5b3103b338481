import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readdir, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { ToolError } from '../core/errors.ts';
import { nearest } from '../lib/nearest.ts';

/** Something inside the chain's folder, open. Close the handle. */
export interface Inside {
  readonly handle: FileHandle;
  readonly stats: Stats;
  /** From the folder, with `/`; `.` is the folder itself. */
  readonly path: string;
  /** Where it really is. Absolute. */
  readonly real: string;
}

/**
 * Opens a file or folder for reading, if it really is inside the chain's folder: links are resolved, and what was opened is
 * looked at again, so that a link put there meanwhile leads nowhere. Pipes, sockets and devices are never opened. Throws
 * `ToolError`.
 */
export async function openInside(dir: string, path: string, kind: 'file' | 'folder'): Promise<Inside> {
  const root = await realpath(dir);
  const real = await resolvedIn(root, wantedIn(dir, root, path), path);
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | (kind === 'folder' ? constants.O_DIRECTORY : constants.O_NONBLOCK);
  await refuseOther(real, path, kind);
  const handle = await open(real, flags).catch((error) => {
    throw notOpened(path, error);
  });
  try {
    const stats = await handle.stat();
    if (kind === 'file' ? !stats.isFile() : !stats.isDirectory()) throw otherKind(path, kind);
    if (!(await isStillThere(handle, stats, real))) throw outside(path);
    return { handle, stats, path: shownFrom(root, real), real };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** A path by which the entries of an open folder are reached even when its name leads elsewhere by now, where the system has one. */
export async function entriesPath({ handle, real }: Pick<Inside, 'handle' | 'real'>): Promise<string> {
  const byHandle = `/proc/self/fd/${handle.fd}`;
  return (await readlink(byHandle).catch(() => undefined)) === undefined ? real : byHandle;
}

/**
 * What tools leave alone wherever it lies: the history of the project, whose hooks are run by others, and files of secrets,
 * which have no business in a prompt.
 */
function isProtected(path: string): boolean {
  return path.split('/').some((part) => {
    const name = part.toLowerCase();
    return name === '.git' || (/^\.env(\.|$)/.test(name) && !/^\.env\.(example|sample|template)$/.test(name));
  });
}

/** The absolute path that a path means below `root`, the folder's real name; an absolute one may use the name it was given. */
export function wantedIn(dir: string, root: string, path: string): string {
  if (path.includes('\0')) throw outside(path);
  const given = isAbsolute(path) ? resolve(path) : resolve(root, path);
  const wanted = isWithin(dir, given) ? resolve(root, relative(dir, given)) : given;
  if (!isWithin(root, wanted)) throw outside(path);
  if (isProtected(shownFrom(root, wanted))) throw guarded(path);
  return wanted;
}

/** Where an existing path below `root` really is; `path` is what messages call it. */
export async function resolvedIn(root: string, wanted: string, path: string): Promise<string> {
  const real = await realpath(wanted).catch(async (error) => {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? await missing(path, wanted) : notOpened(path, error);
  });
  if (!isWithin(root, real)) throw outside(path);
  if (isProtected(shownFrom(root, real))) throw guarded(path);
  return real;
}

function isWithin(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

function shownFrom(root: string, path: string): string {
  return relative(root, path).replaceAll(sep, '/') || '.';
}

async function refuseOther(real: string, path: string, kind: 'file' | 'folder'): Promise<void> {
  const stats = await lstat(real).catch((error) => {
    throw notOpened(path, error);
  });
  if (kind === 'file' ? !stats.isFile() : !stats.isDirectory()) throw otherKind(path, kind);
}

/** Linux says where an open file is; elsewhere the name must still lead to the same one. */
async function isStillThere(handle: FileHandle, stats: Stats, real: string): Promise<boolean> {
  const place = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => undefined);
  if (place !== undefined) return place === real;
  const [now, again] = await Promise.all([realpath(real).catch(() => ''), lstat(real).catch(() => undefined)]);
  return now === real && again?.ino === stats.ino && again.dev === stats.dev;
}

async function missing(path: string, wanted: string): Promise<ToolError> {
  const names = await readdir(dirname(wanted)).catch(() => []);
  const near = nearest(basename(wanted), names);
  const help = near === undefined ? 'files.list shows what there is' : `did you mean "${near}"?`;
  return new ToolError(`"${path}" does not exist`, { code: 'PC7042', reason: 'tool', help });
}

function otherKind(path: string, kind: 'file' | 'folder'): ToolError {
  return new ToolError(`"${path}" is not a ${kind}`, { code: 'PC7042', reason: 'tool' });
}

export function notOpened(path: string, cause: unknown): ToolError {
  const { code = 'failed' } = cause as NodeJS.ErrnoException;
  return new ToolError(`"${path}" cannot be opened: ${REASONS[code] ?? code}`, { code: 'PC7042', reason: 'tool', cause });
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  ELOOP: 'its links lead in a circle, or changed while it was opened',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'it does not exist any more',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is not a folder',
  EROFS: 'the disk is read-only',
};

function outside(path: string): ToolError {
  const help = 'paths are relative to that folder, and links may not lead out of it';
  return new ToolError(`"${path}" is outside the folder of the chain`, { code: 'PC7041', reason: 'tool', help });
}

function guarded(path: string): ToolError {
  const help = '.git and .env files are closed to the tools of a model';
  return new ToolError(`"${path}" may not be touched`, { code: 'PC7041', reason: 'tool', help });
}
