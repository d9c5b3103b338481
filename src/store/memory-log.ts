import { crc32 } from 'node:zlib';
import { StoreError } from '../core/errors.ts';
import { isJsonObject } from '../core/json.ts';
import { createIndex, type LineIndex } from './memory-index.ts';
import { decodeHead, HEADER, hex, isWhole, LINE_FEED, type LineHead } from './memory-line.ts';

/** A store's bytes, verified: every line before `end` is as it was written. */
export interface Log {
  readonly bytes: Buffer;
  /** Where the next line goes. */
  readonly end: number;
  /** CRC-32 of everything before `end`. */
  readonly sum: number;
  /** Bytes a store with nothing superseded in it would take. */
  readonly live: number;
  /** Bytes after `end`: the beginning of a line whose write was cut off. */
  readonly torn: number;
  /** Shared with the logs it has grown from and will grow into. */
  readonly index: LineIndex;
}

export function emptyLog(): Log {
  return { ...EMPTY, bytes: HEADER, torn: 0, index: createIndex() };
}

/**
 * Throws `StoreError` PC8001, naming the byte, when anything but a cut-off end is not as it was written, PC8002 for a newer
 * format. Each line holds the checksum of all that comes before it, so one pass over the bytes verifies them all;
 * what is `known` of them, because it was verified before, is not looked at again.
 */
export function verifyLog(bytes: Buffer, file: string, known?: Log): Log {
  const headerEnd = bytes.indexOf(LINE_FEED) + 1;
  if (known === undefined) checkHeader(bytes.subarray(0, headerEnd), file);
  const before = known ?? emptyLog();
  const end = bytes.lastIndexOf(LINE_FEED) + 1;
  if (end === before.end) return { ...before, bytes, torn: bytes.length - end };
  const start = bytes.lastIndexOf(LINE_FEED, end - 2) + 1;
  const line = bytes.subarray(start, end);
  const sumBefore = crc32(bytes.subarray(before.end, start), before.sum);
  const head = wholeHead(line);
  if (head?.sum !== hex(sumBefore)) throw firstDamage(bytes, file);
  return { ...before, bytes, end, sum: crc32(line, sumBefore), live: head.live, torn: bytes.length - end };
}

/** What is known of a store with nothing in it. */
export const EMPTY: Pick<Log, 'end' | 'sum' | 'live'> = { end: HEADER.length, sum: crc32(HEADER), live: HEADER.length };

/** Every line that ends, after the header, with the byte it starts at. */
export function* linesOf(bytes: Buffer): Generator<{ readonly line: Buffer; readonly start: number; readonly number: number }> {
  let start = bytes.indexOf(LINE_FEED) + 1;
  for (let number = 2; ; number++) {
    const end = bytes.indexOf(LINE_FEED, start) + 1;
    if (end === 0) return;
    yield { line: bytes.subarray(start, end), start, number };
    start = end;
  }
}

/** The head of a line that is as it was written. */
export function wholeHead(line: Buffer): LineHead | undefined {
  return isWhole(line) ? decodeHead(line) : undefined;
}

function checkHeader(header: Buffer, file: string): void {
  if (header.equals(HEADER)) return;
  const version = versionOf(header);
  if (version === undefined || version <= 1) throw damaged(file, 0, 1, 'it does not begin as a memory store does');
  throw new StoreError(`the memory store ${file} has format ${version}, which this version of promptchain cannot read`, {
    code: 'PC8002',
    help: 'upgrade promptchain, or name another file',
  });
}

function versionOf(header: Buffer): number | undefined {
  if (!isWhole(header)) return undefined;
  const value: unknown = JSON.parse(header.toString());
  return isJsonObject(value) && value.store === 'promptchain-memory' && typeof value.version === 'number'
    ? value.version
    : undefined;
}

function firstDamage(bytes: Buffer, file: string): StoreError {
  let { sum } = EMPTY;
  for (const { line, start, number } of linesOf(bytes)) {
    const head = wholeHead(line);
    if (head === undefined) return damaged(file, start, number, 'the checksum of that line does not match');
    if (head.sum !== hex(sum)) return damaged(file, start, number, 'lines before that one are missing or were changed');
    sum = crc32(line, sum);
  }
  return damaged(file, 0, 1, 'its checksums do not match');
}

function damaged(file: string, byte: number, line: number, why: string): StoreError {
  return new StoreError(`the memory store ${file} is damaged at byte ${byte} (line ${line}): ${why}; nothing was changed`, {
    code: 'PC8001',
    help: 'put back a copy of the file, or run "promptchain memory repair": it moves the damaged file aside and keeps what is intact',
  });
}
