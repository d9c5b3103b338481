import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { UsageError } from '../../core/errors.ts';
import type { Io } from '../../core/io.ts';
import { fileCause } from '../../lib/file-cause.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';

/**
 * Stdin to its end, however long that takes. Throws `UsageError` when it is not UTF-8 or larger than `maxBytes`, and then
 * reads no further.
 */
export async function readStdin(io: Io, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of io.stdin) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Buffer);
      chunks.push(bytes);
      length += bytes.length;
      if (length > maxBytes) throw tooLarge('stdin', maxBytes);
    }
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`cannot read stdin: ${fileCause(cause)}`, { code: 'PC2022', cause });
  }
  return textFrom(Buffer.concat(chunks), 'stdin');
}

/** A whole text file, with the same rules as stdin. */
export function readTextFile(file: string, maxBytes: number, flag: string): string {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    if (fstatSync(descriptor).isDirectory()) throw new Error('it is a folder');
    const chunks: Buffer[] = [];
    let length = 0;
    for (;;) {
      const chunk = Buffer.allocUnsafe(64 * 1024);
      const count = readSync(descriptor, chunk);
      if (count === 0) break;
      length += count;
      if (length > maxBytes) throw tooLarge(`"${file}"`, maxBytes);
      chunks.push(chunk.subarray(0, count));
    }
    return textFrom(Buffer.concat(chunks), `"${file}"`);
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`${flag}: cannot read "${file}": ${fileCause(cause)}`, { code: 'PC2022', cause });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function textFrom(bytes: Buffer, name: string): string {
  const decoded = decodeUtf8(bytes);
  if ('badByteAt' in decoded) {
    const byte = (bytes[decoded.badByteAt] ?? 0).toString(16).padStart(2, '0');
    throw new UsageError(`${name} is not UTF-8 text: byte 0x${byte} at offset ${decoded.badByteAt}`, {
      code: 'PC2021',
      help: 'convert it first, for example with: iconv -t UTF-8',
    });
  }
  return decoded.text.replace(/^\ufeff/, '').replace(/\r?\n$/, '');
}

function tooLarge(name: string, maxBytes: number): UsageError {
  return new UsageError(`${name} is larger than ${sizeText(maxBytes)}`, {
    code: 'PC2021',
    help: 'send less, or raise the limit with --max-input <size>, such as 64mb',
  });
}

function sizeText(bytes: number): string {
  const mebibytes = bytes / 1024 / 1024;
  return mebibytes >= 1 ? `${Number(mebibytes.toFixed(1))} MiB` : `${bytes} bytes`;
}
