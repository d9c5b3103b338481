import type { Json, JsonObject } from '../core/json.ts';
import type { Place } from './source.ts';

/** A value of the file with its place: what is left of YAML once anchors, tags and merge keys are resolved. */
export type Node = ScalarNode | MapNode | ListNode;

export interface ScalarNode extends Place {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  readonly style: 'plain' | 'single' | 'double' | 'literal' | 'folded';
  /** As written, when that is not the value: the `1.10` of a number. */
  readonly written?: string;
}

export interface MapNode extends Place {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
  readonly flow: boolean;
}

/** Steps, or one step, with the name they have in the step around them. */
export interface NamedNode {
  readonly name: string;
  readonly node: Node;
}

export interface Entry {
  readonly key: Place;
  readonly value: Node;
}

export interface ListNode extends Place {
  readonly kind: 'list';
  readonly items: readonly Node[];
  readonly flow: boolean;
}

export type NodePath = readonly (string | number)[];

/** The plain value of a node. Keys such as `__proto__` never get this far. */
export function jsonOf(node: Node): Json {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(jsonOf);
    case 'map':
      return jsonOfEntries(node.entries);
  }
}

export function jsonOfEntries(entries: MapNode['entries']): JsonObject {
  const json: Record<string, Json> = {};
  for (const [key, entry] of entries) json[key] = jsonOf(entry.value);
  return json;
}

/** The text of a scalar in a text position: a number or a boolean in the form it was written in. */
export function textOfScalar(node: ScalarNode): string {
  if (typeof node.value === 'string') return node.value;
  return node.written ?? String(node.value);
}

function entryAt(node: Node | undefined, key: string | number): Node | undefined {
  if (node?.kind === 'map') return node.entries.get(String(key))?.value;
  return node?.kind === 'list' && typeof key === 'number' ? node.items[key] : undefined;
}

/** The node at a path; undefined when the file has none there. */
export function nodeAt(root: Node, path: NodePath): Node | undefined {
  let node: Node | undefined = root;
  for (const key of path) node = entryAt(node, key);
  return node;
}

/** The place of the node at a path, or of the closest node around it. */
export function placeAt(root: Node, path: NodePath): Place {
  let node = root;
  for (const key of path) {
    const next = entryAt(node, key);
    if (next === undefined) break;
    node = next;
  }
  return node;
}

/** The place of the last key of a path, where there is one: what an "unknown key" points at. */
export function keyPlaceAt(root: Node, path: NodePath): Place {
  const parent = nodeAt(root, path.slice(0, -1));
  const last = path.at(-1);
  const key = parent?.kind === 'map' && last !== undefined ? parent.entries.get(String(last))?.key : undefined;
  return key ?? placeAt(root, path);
}

export function describe(node: Node): string {
  if (node.kind !== 'scalar') return node.kind === 'map' ? 'a map' : 'a list';
  if (node.value === null) return 'nothing';
  return typeof node.value === 'string' ? 'text' : `a ${typeof node.value}`;
}
