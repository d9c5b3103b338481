import {
  chmodSync,
  close,
  closeSync,
  fchmodSync,
  fsync,
  fsyncSync,
  mkdirSync,
  open,
  openSync,
  realpathSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { type FileHandle, open as openHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { errnoOf } from '../lib/file-cause.ts';

/**
 * Makes a folder, and those above it, that only its owner can enter, whatever the umask. Folders that exist stay as they are.
 * Returns the ones it made, outermost first.
 */
export function makePrivateFolder(folder: string): readonly string[] {
  if (isFolder(folder)) return [];
  const above = dirname(folder);
  const made = above === folder ? [] : makePrivateFolder(above);
  try {
    mkdirSync(folder, 0o700);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST' && isFolder(folder)) return made;
    throw error;
  }
  keepPrivate(() => chmodSync(folder, 0o700));
  return [...made, folder];
}

/** Creates a file that only its owner can read, whatever the umask; fails when it exists. */
export async function createPrivateFile(file: string): Promise<FileHandle> {
  const handle = await openHandle(file, 'wx', 0o600);
  try {
    keepPrivate(() => fchmodSync(handle.fd, 0o600));
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The same for a small text, in one go. Nothing is left behind when it throws. */
export function writePrivateFile(file: string, text: string): void {
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    keepPrivate(() => fchmodSync(descriptor, 0o600));
    writeFully(descriptor, Buffer.from(text));
  } catch (error) {
    unlinkSync(file);
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** Sets the mode of what we have just made. A file system without modes (FAT, some network shares) is used as it is. */
export function keepPrivate(setMode: () => void): void {
  try {
    setMode();
  } catch (error) {
    if (!HAS_NO_MODES.has(errnoOf(error) ?? '')) throw error;
  }
}

const HAS_NO_MODES: ReadonlySet<string> = new Set(['EPERM', 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** Writes all of `bytes` at the descriptor's position: a single write may stop short, on a full disk among others. */
export function writeFully(descriptor: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
}

/** Where a file really is, symbolic links followed; the path itself when there is nothing yet. */
export function targetOf(file: string): string {
  try {
    return realpathSync(file);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return file;
    throw error;
  }
}

/** Puts a folder's entries (a creation, a rename) on disk. Systems that cannot (Windows) order them by themselves. */
export function syncFolder(folder: string): void {
  let descriptor: number;
  try {
    descriptor = openSync(folder, 'r');
  } catch {
    return;
  }
  try {
    fsyncSync(descriptor);
  } catch (error) {
    if (!CANNOT_SYNC_FOLDERS.has(errnoOf(error) ?? '')) throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** The same without holding up everything else that the process does. Every run does this: it is not worth loading `fs/promises`. */
export async function syncFolderMeanwhile(folder: string): Promise<void> {
  const descriptor = await promisify(open)(folder, 'r').catch(() => undefined);
  if (descriptor === undefined) return;
  try {
    await promisify(fsync)(descriptor);
  } catch (error) {
    if (!CANNOT_SYNC_FOLDERS.has(errnoOf(error) ?? '')) throw error;
  } finally {
    await promisify(close)(descriptor);
  }
}

const CANNOT_SYNC_FOLDERS: ReadonlySet<string> = new Set(['EPERM', 'EISDIR', 'EINVAL', 'EBADF', 'ENOTSUP', 'ENOSYS']);

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
