import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { StoreError } from '../core/errors.ts';
import { fileCause } from '../lib/file-cause.ts';

/**
 * Writes a file anew, all of it or nothing; it keeps its mode, and its name if that is a link. Throws when it no longer holds
 * `original`.
 */
export async function replaceText(file: string, original: string, text: string): Promise<void> {
  const target = await realpath(file);
  if (!(await readFile(target)).equals(Buffer.from(original))) {
    throw new StoreError(`${file} changed in the meantime; it was left as it is`, {
      code: 'PC2104',
      help: 'run the command again',
    });
  }
  const mode = (await stat(target)).mode & 0o7777;
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`);
  try {
    await writeSynced(await open(temporary, 'wx', mode), text, mode);
    await rename(temporary, target);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new StoreError(`cannot write ${file}: ${fileCause(cause)}`, { code: 'PC2104', cause });
  }
}

async function writeSynced(handle: FileHandle, text: string, mode: number): Promise<void> {
  try {
    await handle.chmod(mode);
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
