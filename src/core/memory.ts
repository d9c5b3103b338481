import type { Json } from './json.ts';

/**
 * One staged write. Changes are operations, not values, so that two runs that append to the same key keep both entries;
 * they are applied to the stored value inside the store's lock.
 */
export type MemoryChange =
  | { readonly op: 'set'; readonly key: string; readonly value: Json }
  /** To a list (a missing key is an empty one); then only the last `keep` entries stay. */
  | { readonly op: 'append'; readonly key: string; readonly value: Json; readonly keep?: number }
  /** Top-level keys into a map (a missing key is an empty one). */
  | { readonly op: 'merge'; readonly key: string; readonly value: { readonly [key: string]: Json } }
  /** To a number (a missing key is 0). */
  | { readonly op: 'increment'; readonly key: string; readonly by: number }
  | { readonly op: 'remove'; readonly key: string };

export interface CommitOptions {
  /** Keep at most this many keys in the namespace: the longest untouched go first. */
  readonly max?: number;
}

/** Memory as the engine sees it. A commit is all of its changes or none, on disk when the promise resolves. */
export interface Memory {
  read(namespace: string): Promise<{ readonly [key: string]: Json }>;
  commit(namespace: string, changes: readonly MemoryChange[], options?: CommitOptions): Promise<void>;
}

/** The value `change` leaves behind, given the one before. Throws `TypeError` in plain words when the kinds do not fit. */
export function applyChange(before: Json | undefined, change: MemoryChange): Json | undefined {
  switch (change.op) {
    case 'set':
      return change.value;
    case 'remove':
      return undefined;
    case 'increment':
      return numberAt(change.key, before) + change.by;
    case 'merge':
      return { ...mapAt(change.key, before), ...change.value };
    case 'append': {
      const list = [...listAt(change.key, before), change.value];
      return change.keep === undefined ? list : list.slice(Math.max(0, list.length - change.keep));
    }
  }
}

function numberAt(key: string, value: Json | undefined): number {
  if (value === undefined) return 0;
  if (typeof value === 'number') return value;
  throw new TypeError(`memory key "${key}" is ${nameOf(value)}: only a number can be incremented`);
}

function mapAt(key: string, value: Json | undefined): { readonly [key: string]: Json } {
  if (value === undefined) return {};
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as { readonly [key: string]: Json };
  throw new TypeError(`memory key "${key}" is ${nameOf(value)}: only a map can be merged into`);
}

function listAt(key: string, value: Json | undefined): readonly Json[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw new TypeError(`memory key "${key}" is ${nameOf(value)}: only a list can be appended to`);
}

function nameOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : `a ${typeof value}`;
}
