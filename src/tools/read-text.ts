import { ToolError } from '../core/errors.ts';
import type { Inside } from './inside.ts';

/**
 * The text of an open file, without a byte order mark. Throws `ToolError` when it is larger than `mostBytes`, also while it
 * grows, or is not UTF-8 text.
 */
export async function readText({ handle, stats, path }: Inside, mostBytes: number, signal: AbortSignal): Promise<string> {
  if (stats.size > mostBytes) throw tooLarge(path, stats.size, mostBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, size);
    if (bytesRead === 0) break;
    chunks.push(buffer.subarray(0, bytesRead));
    size += bytesRead;
    if (size > mostBytes) throw tooLarge(path, size, mostBytes);
  }
  const bytes = Buffer.concat(chunks);
  if (bytes.includes(0)) throw binary(path, size);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw binary(path, size);
  }
}

const CHUNK_BYTES = 256 * 1024;

function tooLarge(path: string, size: number, most: number): ToolError {
  return new ToolError(`"${path}" has ${size} bytes; the most that is read is ${most}`, { code: 'PC7042', reason: 'tool' });
}

function binary(path: string, size: number): ToolError {
  return new ToolError(`"${path}" is not UTF-8 text: a binary file of ${size} bytes`, { code: 'PC7042', reason: 'tool' });
}
