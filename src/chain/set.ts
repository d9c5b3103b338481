import type { Json } from '../core/json.ts';
import { isJsonObject } from '../core/json.ts';
import type { Entry, MapNode, Node } from './node.ts';
import type { Report } from './report.ts';
import type { Place } from './source.ts';

/**
 * The file's map with values of the command line put into it: `models.fast.temperature`, `steps.draft.model` (a step by its
 * id) or `steps[0].timeout`. Maps on the way are made; a step has to exist. The new values stand where the old ones stood.
 */
export function setValues(
  report: Report,
  root: MapNode,
  settings: readonly { readonly path: string; readonly value: Json }[],
): MapNode {
  let changed: Node = root;
  for (const { path, value } of settings) {
    const keys = parsePath(path);
    const next: Node | undefined = keys === undefined ? undefined : put(changed, keys, value);
    if (next === undefined) {
      const help = 'such as steps.draft.temperature=0.2, with a step by its id or as steps[0]';
      report.add(root.entries.values().next().value?.key ?? root, {
        code: 'PC1116',
        message: `there is nothing to set at "${path}"`,
        help,
      });
    } else changed = next;
  }
  return changed.kind === 'map' ? changed : root;
}

const SEGMENT = /^(?:\.?([^.[\]]+)|\[(\d+)\])/;

function parsePath(path: string): (string | number)[] | undefined {
  const keys: (string | number)[] = [];
  let rest = path;
  while (rest !== '') {
    const [all, name, index] = SEGMENT.exec(rest) ?? [];
    if (all === undefined) return undefined;
    keys.push(name ?? Number(index));
    rest = rest.slice(all.length);
  }
  const isSafe = keys.every((key) => key !== '__proto__' && key !== 'constructor' && key !== 'prototype');
  return keys.length > 0 && isSafe ? keys : undefined;
}

function put(node: Node, keys: readonly (string | number)[], value: Json): Node | undefined {
  const [key, ...rest] = keys;
  if (key === undefined) return nodeOf(value, node);
  if (node.kind === 'list') return putInList(node, key, { rest, value });
  if (node.kind === 'scalar' && node.value !== null) return undefined;
  const entries: Map<string, Entry> = new Map(node.kind === 'map' ? node.entries : []);
  const before = entries.get(String(key));
  const place = { start: node.start, end: node.end };
  const next = put(before?.value ?? empty(place), rest, value);
  if (next === undefined) return undefined;
  entries.set(String(key), { key: before?.key ?? place, value: next });
  return { kind: 'map', flow: true, entries, ...place };
}

function putInList(
  list: Extract<Node, { kind: 'list' }>,
  key: string | number,
  { rest, value }: { rest: readonly (string | number)[]; value: Json },
): Node | undefined {
  if (typeof key === 'string') return changeStep(list, key, (step) => put(step, rest, value));
  const item = list.items[key];
  const next = item === undefined ? undefined : put(asStep(item), rest, value);
  return next === undefined ? undefined : { ...list, items: list.items.with(key, next) };
}

/** Changes the step of that id, however deep it stands; a branch of one step without an id is called by the branch's name. */
function changeStep(node: Node, id: string, change: (step: Node) => Node | undefined, name?: string): Node | undefined {
  if (node.kind === 'list') {
    for (const [index, item] of node.items.entries()) {
      const next = changeStep(item, id, change);
      if (next !== undefined) return { ...node, items: node.items.with(index, next) };
    }
    return undefined;
  }
  if ((idOf(node) ?? name) === id) return change(asStep(node));
  if (node.kind === 'scalar') return undefined;
  for (const [key, entry] of node.entries) {
    if (key === 'prompt') continue;
    const next = key === 'parallel' ? changeBranch(entry.value, id, change) : changeStep(entry.value, id, change);
    if (next !== undefined) return { ...node, entries: new Map(node.entries).set(key, { ...entry, value: next }) };
  }
  return undefined;
}

function changeBranch(branches: Node, id: string, change: (step: Node) => Node | undefined): Node | undefined {
  if (branches.kind !== 'map') return undefined;
  for (const [name, entry] of branches.entries) {
    const next = changeStep(entry.value, id, change, name);
    if (next !== undefined) return { ...branches, entries: new Map(branches.entries).set(name, { ...entry, value: next }) };
  }
  return undefined;
}

/** A bare text is a prompt step, and can be given options. */
function asStep(item: Node): Node {
  if (item.kind !== 'scalar' || item.value === null) return item;
  return {
    kind: 'map',
    flow: true,
    start: item.start,
    end: item.end,
    entries: new Map([['prompt', { key: item, value: item }]]),
  };
}

function idOf(node: Node): string | undefined {
  const id = node.kind === 'map' ? node.entries.get('id')?.value : undefined;
  return id?.kind === 'scalar' && typeof id.value === 'string' ? id.value : undefined;
}

function empty(place: Place): Node {
  return { kind: 'scalar', value: null, style: 'plain', start: place.start, end: place.end };
}

function nodeOf(value: Json, { start, end }: Place): Node {
  const place = { start, end };
  if (Array.isArray(value)) return { kind: 'list', flow: true, items: value.map((item: Json) => nodeOf(item, place)), ...place };
  if (isJsonObject(value)) {
    const entries = Object.entries(value).map(([key, item]) => [key, { key: place, value: nodeOf(item, place) }] as const);
    return { kind: 'map', flow: true, entries: new Map(entries), ...place };
  }
  const scalar = value as string | number | boolean | null;
  return { kind: 'scalar', value: scalar, style: 'double', written: String(scalar), ...place };
}
