import {
  type Document,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  YAMLMap,
  type YAMLSeq,
  Document as YamlDocument,
} from 'yaml';
import { createSource, lineAt } from '../../chain/source.ts';

/** What could not be carried over, or only in part: the line is of the file that was read. */
export interface Todo {
  readonly line: number;
  readonly message: string;
}

/** A chain file that is being written from another tool's file. Comments go along with what they stand at. */
export interface Draft {
  /** The file that was read. */
  readonly source: YAMLMap;
  /** The chain file. */
  readonly root: YAMLMap;
  readonly todos: readonly Todo[];
  /** Adds a key. `value` may be a node of the draft; `from` is where it comes from. Undefined is left out. */
  put(map: YAMLMap, key: string, value: unknown, from?: Pair): void;
  /** A comment in the map, before the next key, and a warning. */
  todo(map: YAMLMap, message: string, from?: Pair | Node): void;
  /** Where a key of the file that was read stands. */
  lineOf(from: Pair | Node | undefined): number;
  text(): string;
}

export function createDraft(text: string, document: Document.Parsed, source: YAMLMap): Draft {
  const { lineStarts } = createSource('', text);
  const target = new YamlDocument(new YAMLMap());
  const root = target.contents as unknown as YAMLMap;
  const todos: Todo[] = [];
  const waiting = new Map<YAMLMap, string[]>();
  const lineOf = (from: Pair | Node | undefined): number => {
    const node = from !== undefined && isNode(from) ? from : (from as Pair | undefined)?.key;
    const offset = isNode(node) ? node.range?.[0] : undefined;
    return offset === undefined ? 1 : lineAt(lineStarts, offset) + 1;
  };

  const comment = (map: YAMLMap, words: string): void => {
    const list = waiting.get(map) ?? [];
    list.push(words);
    waiting.set(map, list);
  };
  return {
    source,
    root,
    todos,
    lineOf,
    put(map, name, value, from) {
      if (value === undefined) return;
      const key = target.createNode(name) as Node;
      const node = (isNode(value) ? value : target.createNode(value)) as Node;
      if (isSeq(node) && isShort(node)) node.flow = true;
      const before = [...(waiting.get(map) ?? []), commentBefore(from?.key)].filter((words) => words !== undefined);
      waiting.delete(map);
      // The comment of a first key would stand between the dash of a step and its key.
      const bearer = map.items.length === 0 && map !== root ? map : key;
      if (before.length > 0) bearer.commentBefore = [bearer.commentBefore, ...before].filter(Boolean).join('\n');
      if (isNode(from?.key) && from.key.spaceBefore === true && map.items.length > 0) key.spaceBefore = true;
      if (isNode(from?.value) && from.value.comment) node.comment ??= from.value.comment;
      if (isCollection(from?.value) && isCollection(node)) node.commentBefore ??= from.value.commentBefore ?? null;
      map.add(target.createPair(key, node));
    },
    todo(map, message, from) {
      todos.push({ line: lineOf(from), message });
      comment(map, ` TODO: ${message.replaceAll('\n', ' ')}`);
    },
    text() {
      for (const [map, words] of waiting) map.comment = [map.comment, ...words].filter(Boolean).join('\n');
      target.commentBefore = document.commentBefore;
      target.comment = document.comment;
      const written = target.toString({ lineWidth: 0 });
      const lost = commentsOf(document).filter((words) => !written.includes(`#${words}`));
      return lost.length === 0 ? written : `${lost.map((words) => `#${words}\n`).join('')}\n${written}`;
    },
  };
}

/** A list of a few words reads best on the line of its key. */
function isShort({ items }: YAMLSeq): boolean {
  return items.every((item) => isScalar(item)) && String(items).length < 80;
}

function commentBefore(node: unknown): string | undefined {
  return (isNode(node) && node.commentBefore) || undefined;
}

/** Every line of every comment. */
function commentsOf(document: Document.Parsed): readonly string[] {
  const lines: string[] = [];
  const add = (words: string | null | undefined): void => void lines.push(...(words?.split('\n') ?? []));
  const visit = (node: unknown): void => {
    if (!isNode(node)) return;
    add(node.commentBefore);
    add(node.comment);
    if (isMap(node)) for (const { key, value } of node.items) [key, value].forEach(visit);
    if (isSeq(node)) node.items.forEach(visit);
  };
  visit(document.contents);
  return lines.filter((line) => line.trim() !== '');
}

/** The pair of a key, of a map or of nothing. */
export function pairOf(map: unknown, key: string): Pair | undefined {
  return isMap(map) ? map.items.find((pair) => isScalar(pair.key) && pair.key.value === key) : undefined;
}

/** Plain data, whatever stands there. */
export function dataOf(node: unknown): unknown {
  return isNode(node) ? node.toJS(parseDocument('')) : node;
}

export function valueAt(map: unknown, key: string): unknown {
  return dataOf(pairOf(map, key)?.value);
}

export function textAt(map: unknown, key: string): string | undefined {
  const value = valueAt(map, key);
  return typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;
}

/** The maps of a list. */
export function mapsAt(map: unknown, key: string): readonly YAMLMap[] {
  const list = pairOf(map, key)?.value;
  return isSeq(list) ? list.items.filter((item): item is YAMLMap => isMap(item)) : [];
}

/** An identifier of this format for a name of another, never one that is taken. */
export function idOf(name: string, taken: ReadonlySet<string> = new Set()): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^[_0-9]+|_+$/g, '')
    .slice(0, 60);
  const base = plain === '' ? 'step' : plain;
  let id = base;
  for (let number = 2; taken.has(id); number += 1) id = `${base}_${number}`;
  return id;
}
