import { StoreError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import { applyChange, type CommitOptions, type MemoryChange } from '../core/memory.ts';
import { costOf, type Entry, type Head, removeEntry, setEntry } from './memory-line.ts';
import type { Lines } from './memory-lines.ts';
import { applyEntries, lastChange, replayNamespace, storedValue } from './memory-state.ts';

/** What a commit writes: one entry a key, and what the store would then take with nothing superseded in it, in bytes. */
export interface Plan {
  readonly entries: readonly Entry[];
  readonly live: number;
}

/** What there is before it. */
export interface Before {
  readonly lines: Lines;
  readonly live: number;
}

/** Works the changes out against the stored values. Throws `StoreError` PC8006 when one does not fit its value. */
export function planCommit(before: Before, namespace: string, changes: readonly MemoryChange[], { max }: CommitOptions): Plan {
  const { lines, live } = before;
  const written = [...groupByKey(changes)].flatMap(([key, ofKey]) => entryOf(lines, namespace, key, ofKey) ?? []);
  const entries = max === undefined ? written : withinMax(lines, namespace, written, max);
  const grown = entries.map(({ head }) => costOf(head) - costBefore(lines, head));
  return { entries, live: grown.reduce((total, bytes) => total + bytes, live) };
}

function groupByKey(changes: readonly MemoryChange[]): Map<string, MemoryChange[]> {
  const groups = new Map<string, MemoryChange[]>();
  for (const change of changes) groups.set(change.key, [...(groups.get(change.key) ?? []), change]);
  return groups;
}

function entryOf(lines: Lines, namespace: string, key: string, changes: readonly MemoryChange[]): Entry | undefined {
  const appends = changes.filter(({ op }) => op === 'append') as Append[];
  if (appends.length === changes.length) return appendEntry(lines, namespace, key, appends);
  const fresh = changes[0]?.op === 'set' || changes[0]?.op === 'remove';
  const after = outcome(fresh ? undefined : storedValue(lines, namespace, key), changes);
  if (after !== undefined) return setEntry(namespace, key, after);
  return lastChange(lines, namespace, key) === undefined ? undefined : removeEntry(namespace, key);
}

type Append = Extract<MemoryChange, { op: 'append' }>;

/** Needs the length of the list, not the list. What the dropped values took is taken to be the average. */
function appendEntry(lines: Lines, namespace: string, key: string, appends: readonly Append[]): Entry {
  const [, , , bytes, count] = lastChange(lines, namespace, key) ?? EMPTY_LIST;
  if (count === undefined) outcome(storedValue(lines, namespace, key), appends);
  const total = (count ?? 0) + appends.length;
  const left = appends.reduce((length, { keep }) => Math.min(length + 1, keep ?? Number.POSITIVE_INFINITY), count ?? 0);
  const json = `[${appends.map(({ value }) => JSON.stringify(value)).join(',')}]`;
  const bytesLeft = Math.ceil((bytes + Buffer.byteLength(json)) * (left / total));
  return { head: [namespace, key, 'append', bytesLeft, left, total - left], json };
}

const EMPTY_LIST: Head = ['', '', 'set', 2, 0];

function outcome(before: Json | undefined, changes: readonly MemoryChange[]): Json | undefined {
  let value = before;
  for (const change of changes) {
    try {
      value = applyChange(value, change);
    } catch (error) {
      if (error instanceof TypeError) throw new StoreError(error.message, { code: 'PC8006', cause: error });
      throw error;
    }
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw new StoreError(`memory key "${change.key}" would no longer be a number that JSON can hold`, { code: 'PC8006' });
    }
  }
  return value;
}

/** The entries, and removals of the keys that have not been written to for longest. */
function withinMax(lines: Lines, namespace: string, entries: readonly Entry[], max: number): readonly Entry[] {
  const state = replayNamespace(lines, namespace);
  const stored = new Set(state.get(namespace)?.keys());
  applyEntries(state, entries);
  const keys = [...(state.get(namespace)?.keys() ?? [])];
  const evicted = new Set(keys.slice(0, Math.max(0, keys.length - max)));
  const kept = entries.filter(({ head }) => !evicted.has(head[1]));
  return [...kept, ...[...evicted].filter((key) => stored.has(key)).map((key) => removeEntry(namespace, key))];
}

function costBefore(lines: Lines, [namespace, key]: Head): number {
  const before = lastChange(lines, namespace, key);
  return before === undefined ? 0 : costOf(before);
}
