import { crc32 } from 'node:zlib';
import type { Json } from '../core/json.ts';

/**
 * What one commit does to one key, apart from the value: `[namespace, key, op, bytes, count, drop]`. `bytes` is the JSON the key
 * holds after it; only lists have a `count`; an append adds values at the end and then drops the first `drop`.
 *
 * Appends are kept as what was added, so that adding to a list costs what is added and not what it holds; everything else is
 * kept as the value that came out.
 */
export type Head = readonly [
  namespace: string,
  key: string,
  op: 'set' | 'append' | 'remove',
  bytes: number,
  count?: number,
  drop?: number,
];

/** A head with its value as JSON text: the value set, the list of those appended, `null` for a removal. */
export interface Entry {
  readonly head: Head;
  readonly json: string;
}

/** A line without its values. */
export interface LineHead {
  /** CRC-32 of the whole file before this line, hex. */
  readonly sum: string;
  /** What the store would take with nothing superseded in it, in bytes, after this line. */
  readonly live: number;
  /** At most one for any key. */
  readonly changes: readonly Head[];
}

export interface Line extends LineHead {
  /** One for each change. */
  readonly values: readonly Json[];
}

export const LINE_FEED = 0x0a;

/** First line of every store. */
export const HEADER = sealed('"sum":"00000000","store":"promptchain-memory","version":1}');

/** All changes of one commit as one line: it is there whole or not at all. `sum` is of what comes before, `live` holds after it. */
export function encodeLine(entries: readonly Entry[], sum: number, live: number): Buffer {
  const changes = JSON.stringify(entries.map(({ head }) => head));
  const values = entries.map(({ json }) => json).join(',');
  return sealed(`"sum":"${hex(sum)}","live":${live},"changes":${changes},"values":[${values}]}`);
}

/** Whether a line (line feed included) is as it was written. */
export function isWhole(line: Buffer): boolean {
  return line.toString('latin1', 0, BODY) === `{"crc":"${hex(crc32(line.subarray(BODY, -1)))}",`;
}

/** Reads only what comes before the values: a quote inside a text is escaped, so `"values"` cannot come up earlier. */
export function decodeHead(line: Buffer): LineHead {
  return JSON.parse(`${line.toString('utf8', 0, line.indexOf(VALUES))}]}`);
}

export function decodeLine(line: Buffer): Line {
  return JSON.parse(line.toString('utf8'));
}

export function setEntry(namespace: string, key: string, value: Json): Entry {
  const json = JSON.stringify(value);
  const bytes = Buffer.byteLength(json);
  return { head: Array.isArray(value) ? [namespace, key, 'set', bytes, value.length] : [namespace, key, 'set', bytes], json };
}

export function removeEntry(namespace: string, key: string): Entry {
  return { head: [namespace, key, 'remove', 0], json: 'null' };
}

/** What the key of a head takes in a store with nothing superseded in it, in bytes. */
export function costOf([namespace, key, op, bytes]: Head): number {
  if (op === 'remove') return 0;
  return Buffer.byteLength(JSON.stringify(namespace)) + Buffer.byteLength(JSON.stringify(key)) + bytes + HEAD_BYTES;
}

/** Bytes that every line about this namespace, or this key of it, holds. Values may hold them too: what is found must be read. */
export function markOf(namespace: string, key?: string): Buffer {
  return Buffer.from(`[${JSON.stringify(namespace)},${key === undefined ? '' : `${JSON.stringify(key)},`}`);
}

export function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}

const BODY = '{"crc":"00000000",'.length;
const VALUES = Buffer.from('],"values":[');
/** Brackets, commas, operation and numbers of a head. */
const HEAD_BYTES = 20;

function sealed(body: string): Buffer {
  return Buffer.from(`{"crc":"${hex(crc32(body))}",${body}\n`);
}
