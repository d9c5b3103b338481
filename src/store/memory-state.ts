import { crc32 } from 'node:zlib';
import type { Json } from '../core/json.ts';
import {
  costOf,
  decodeHead,
  decodeLine,
  type Entry,
  encodeLine,
  HEADER,
  type Head,
  type Line,
  markOf,
  setEntry,
} from './memory-line.ts';
import type { Lines } from './memory-lines.ts';
import { EMPTY, type Log, linesOf } from './memory-log.ts';

/** Namespace to key to value; keys in the order of their last write, oldest first. */
export type State = Map<string, Map<string, Json>>;

/** All values of a store. */
export function replay({ bytes, end }: Log): State {
  const state: State = new Map();
  for (const { line } of linesOf(bytes.subarray(0, end))) applyLine(state, decodeLine(line));
  return state;
}

/** Those of one namespace. */
export function replayNamespace(lines: Lines, namespace: string): State {
  const state: State = new Map();
  for (const line of lines.oldestFirst(namespace)) applyLine(state, decodeLine(line), namespace);
  return state;
}

export function applyLine(state: State, { changes, values }: Line, namespace?: string): void {
  for (const [index, head] of changes.entries()) {
    if (namespace === undefined || head[0] === namespace) applyHead(state, head, values[index] ?? null);
  }
}

export function applyEntries(state: State, entries: readonly Entry[]): void {
  for (const { head, json } of entries) applyHead(state, head, JSON.parse(json));
}

/** The newest change of a key, without its value; undefined when the key does not exist. */
export function lastChange(lines: Lines, namespace: string, key: string): Head | undefined {
  const newest = changesOf(lines, namespace, key).next();
  return newest.done || newest.value.head[2] === 'remove' ? undefined : newest.value.head;
}

/** The value of one key, from the lines that made it. */
export function storedValue(lines: Lines, namespace: string, key: string): Json | undefined {
  const needed: Buffer[] = [];
  for (const { head, line } of changesOf(lines, namespace, key)) {
    needed.push(line);
    if (head[2] !== 'append') break;
  }
  const state: State = new Map();
  for (const line of needed.reverse()) applyLine(state, decodeLine(line), namespace);
  return state.get(namespace)?.get(key);
}

/** The whole file of a store that holds just this state, small values together on a line. */
export function encodeState(state: State): Buffer {
  const lines = [HEADER];
  let { sum, live } = EMPTY;
  for (const entries of batchesOf(state)) {
    live += entries.reduce((total, { head }) => total + costOf(head), 0);
    const line = encodeLine(entries, sum, live);
    sum = crc32(line, sum);
    lines.push(line);
  }
  return Buffer.concat(lines);
}

function* batchesOf(state: State): Generator<readonly Entry[]> {
  let batch: Entry[] = [];
  let bytes = 0;
  for (const [namespace, keys] of state) {
    for (const [key, value] of keys) {
      const entry = setEntry(namespace, key, value);
      const cost = costOf(entry.head);
      if (batch.length > 0 && bytes + cost > BATCH_BYTES) {
        yield batch;
        batch = [];
        bytes = 0;
      }
      batch.push(entry);
      bytes += cost;
    }
  }
  if (batch.length > 0) yield batch;
}

const BATCH_BYTES = 32 * 1024;

/** Replays one change. Lists grow in place: they belong to this replay, and copying one for each append would be quadratic. */
function applyHead(state: State, [namespace, key, op, , , drop = 0]: Head, value: Json): void {
  const keys = state.get(namespace) ?? new Map<string, Json>();
  const before = keys.get(key);
  keys.delete(key);
  if (op === 'set') keys.set(key, value);
  if (op === 'append') keys.set(key, appended(before, value, drop));
  if (keys.size === 0) state.delete(namespace);
  else state.set(namespace, keys);
}

function appended(before: Json | undefined, added: Json, drop: number): Json {
  const list: Json[] = Array.isArray(before) ? before : [];
  if (Array.isArray(added)) for (const value of added) list.push(value);
  if (drop > 0) list.splice(0, drop);
  return list;
}

/** The changes of one key, newest first; a line holds at most one. */
function* changesOf(lines: Lines, namespace: string, key: string): Generator<{ readonly head: Head; readonly line: Buffer }> {
  const mark = markOf(namespace, key);
  for (const line of lines.newestFirst(namespace)) {
    if (!line.includes(mark)) continue;
    const head = decodeHead(line).changes.find((change) => change[0] === namespace && change[1] === key);
    if (head !== undefined) yield { head, line };
  }
}
