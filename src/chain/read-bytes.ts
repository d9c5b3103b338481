import { closeSync, openSync, readFileSync, readSync, type Stats, statSync } from 'node:fs';
import { LIMITS } from './guard.ts';

/**
 * The bytes of a file, or why they cannot be had. Of what has no size, such as a pipe from another program, no more is read
 * than shows that it is too much: `/dev/zero` never ends. A named pipe is not opened, because that may wait for ever.
 */
export function readBytes(path: string): { readonly bytes: Uint8Array } | { readonly why: string } {
  try {
    const found = statSync(path);
    const why = unreadable(found, path);
    if (why !== undefined) return { why };
    return { bytes: found.isFile() ? readFileSync(path) : readStart(path) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { why: WHY[code ?? ''] ?? code ?? message };
  }
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EISDIR: 'it is a folder',
  EACCES: 'its permissions do not allow it',
  ELOOP: 'it is a link that leads to itself',
};

function unreadable(found: Stats, path: string): string | undefined {
  if (found.isDirectory()) return WHY.EISDIR;
  if (found.isFIFO() && !/^\/(?:dev|proc\/self)\/(?:fd\/\d+|stdin)$/.test(path)) return 'it is a named pipe';
  return found.size > 64 * LIMITS.bytes ? `it has ${found.size} bytes` : undefined;
}

function readStart(path: string): Uint8Array {
  const bytes = new Uint8Array(LIMITS.bytes + 1);
  const file = openSync(path, 'r');
  try {
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      read = readSync(file, bytes, length, bytes.length - length, null);
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
}
