import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type Json } from '../../core/json.ts';
import { quote } from './quote.ts';

export interface Differences {
  /** `/items/2/qty: expected 3, got 2`, by JSON Pointer. */
  readonly lines: readonly string[];
  /** Values at the leaves that are right, and how many there are in the expected and the given value together. */
  readonly right: number;
  readonly all: number;
}

/** Every place where two JSON values differ. */
export function differences(expected: Json, got: Json): Differences {
  const lines: string[] = [];
  let right = 0;
  let all = 0;
  const visit = (wanted: Json | undefined, found: Json | undefined, path: string): void => {
    if (isBranch(wanted) && isBranch(found) && Array.isArray(wanted) === Array.isArray(found)) {
      const keys = new Set([...Object.keys(wanted), ...Object.keys(found)]);
      if (keys.size === 0) leaf(true);
      for (const key of keys) visit(at(wanted, key), at(found, key), `${path}/${pointer(key)}`);
      return;
    }
    const same = isDeepStrictEqual(wanted, found);
    leaf(same);
    if (same) return;
    const place = path === '' ? 'the value' : path;
    if (found === undefined) lines.push(`${place}: missing`);
    else if (wanted === undefined) lines.push(`${place}: not expected, got ${shown(found)}`);
    else lines.push(`${place}: expected ${shown(wanted)}, got ${shown(found)}`);
  };
  const leaf = (same: boolean): void => {
    all += 1;
    if (same) right += 1;
  };
  visit(expected, got, '');
  const more = lines.length - MOST_LINES;
  return { lines: more > 0 ? [...lines.slice(0, MOST_LINES), `and ${more} more`] : lines, right, all };
}

const MOST_LINES = 20;

type Branch = { readonly [key: string]: Json };

function isBranch(value: Json | undefined): value is Branch {
  return Array.isArray(value) || isJsonObject(value);
}

function at(value: Branch, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function pointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function shown(value: Json): string {
  return typeof value === 'string' ? quote(value) : shortened(JSON.stringify(value));
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
