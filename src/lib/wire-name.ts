import { createHash } from 'node:crypto';

/** Letters, digits, `_` and `-`, at most 64 of them: what every provider takes as the name of a tool. */
const LONGEST = 64;

/** The name a model calls a tool by. One that does not fit is cut and gets a hash of the whole, so that it stays its own. */
export function wireName(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_-]/g, '_');
  if (plain.length <= LONGEST) return plain;
  return `${plain.slice(0, LONGEST - 9)}_${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}
