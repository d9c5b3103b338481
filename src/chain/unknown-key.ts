import { nearest } from '../lib/nearest.ts';
import type { Finding } from './report.ts';
import { shown } from './report.ts';

/** What is known about the map an unknown key is in. */
export interface Owner {
  /** Ends the sentence `unknown key "x" in …`. */
  readonly name: string;
  readonly known: readonly string[];
  readonly foreign?: ReadonlyMap<string, string>;
  /** Words that belong to another kind of step, with that kind. */
  readonly elsewhere?: ReadonlyMap<string, string>;
  readonly help?: string;
}

/** Keys that start so are the author's own, in every map of the format. */
export function isFreeKey(key: string): boolean {
  return key.startsWith('x-');
}

/** What to say of a key that is not in the schema: another tool's word, another kind's, or a slip. */
export function unknownKey(key: string, owner: Owner): Finding {
  const ours = owner.foreign?.get(key);
  if (ours !== undefined)
    return { code: 'PC1103', message: `"${key}" is not a word of this format, in ${owner.name}`, help: ours };
  const kind = owner.elsewhere?.get(key);
  if (kind !== undefined) {
    return {
      code: 'PC1102',
      message: `unknown key "${key}" in ${owner.name}`,
      help: `it belongs to ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind} step`,
    };
  }
  const near = nearest(key, owner.known);
  const label = near === undefined ? undefined : `did you mean "${near}"?`;
  const help =
    owner.help ?? (owner.known.length > 0 && owner.known.length <= 30 ? `known keys: ${owner.known.join(', ')}` : undefined);
  return { code: 'PC1102', message: `unknown key ${shown(key)} in ${owner.name}`, label, help };
}
