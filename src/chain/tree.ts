import type { Document, Node as YamlNode } from 'yaml';
import { type Alias, isAlias, isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import { LIMITS, type Limits } from './guard.ts';
import type { Entry, ListNode, MapNode, Node, ScalarNode } from './node.ts';
import { quoteYaml } from './quote.ts';
import type { Report } from './report.ts';
import { shown } from './report.ts';
import { bracedText, numberTrap } from './scalar-traps.ts';
import type { Place } from './source.ts';
import { lineAt } from './source.ts';

/**
 * Our own tree of a YAML document: aliases followed, merge keys applied, everything that is not plain data reported. A map
 * that was meant as text (`{input}`) is reported in `braced` and stands in the tree as that text.
 */
export interface Tree {
  readonly root: Node;
  /** Texts that YAML read as maps, not reported yet: a wider problem around one may say it better. */
  readonly braced: Map<Node, () => void>;
}

export function buildTree(document: Document.Parsed, report: Report, limits: Limits = LIMITS): Tree {
  const builder: Builder = { report, limits, anchors: new Map(), sizes: new Map(), braced: new Map(), free: 0 };
  const root = build(builder, document.contents, { start: 0, end: 0 });
  return { root, braced: builder.braced };
}

interface Builder {
  readonly report: Report;
  readonly limits: Limits;
  /** `undefined` while the anchored value is being read: an alias inside it refers to itself. */
  readonly anchors: Map<string, Node | undefined>;
  /** Values each collection stands for once aliases are expanded. */
  readonly sizes: Map<Node, number>;
  readonly braced: Map<Node, () => void>;
  /** Above 0 inside `x-…` keys, whose values are the author's own. */
  free: number;
}

function build(builder: Builder, yaml: YamlNode | null | undefined, at: Place): Node {
  if (yaml === null || yaml === undefined) return empty(at);
  if (isScalar(yaml) && yaml.tag === undefined && yaml.anchor === undefined) return buildScalar(builder, yaml);
  if (isAlias(yaml)) return followAlias(builder, yaml);
  const anchor = yaml.anchor;
  if (anchor !== undefined) builder.anchors.set(anchor, undefined);
  const node = buildValue(builder, yaml);
  if (anchor !== undefined) builder.anchors.set(anchor, node);
  return node;
}

function buildValue(builder: Builder, yaml: YamlNode): Node {
  const tagged = reportTag(builder, yaml);
  if (tagged !== undefined) return tagged;
  const braced = reportBraced(builder, yaml);
  if (braced !== undefined) return braced;
  if (isMap(yaml)) return buildMap(builder, yaml);
  if (isSeq(yaml)) return buildList(builder, yaml);
  return isScalar(yaml) ? buildScalar(builder, yaml) : empty(placeOf(yaml));
}

const STYLES: Readonly<Record<string, ScalarNode['style']>> = {
  QUOTE_DOUBLE: 'double',
  QUOTE_SINGLE: 'single',
  BLOCK_LITERAL: 'literal',
  BLOCK_FOLDED: 'folded',
};

function buildScalar(builder: Builder, scalar: Scalar): ScalarNode {
  const place = placeOf(scalar);
  const style = STYLES[scalar.type ?? ''] ?? 'plain';
  const { value } = scalar;
  if (typeof value === 'string') return { kind: 'scalar', value, style, start: place.start, end: place.end };
  const written = scalar.source ?? '';
  if (typeof value === 'number') {
    const trap = numberTrap(value, written);
    if (trap !== undefined) {
      builder.report.add(place, { ...trap, fix: { ...place, text: quoteYaml(written) } });
      return { kind: 'scalar', value: written, style, ...place };
    }
  }
  const known = typeof value === 'number' || typeof value === 'boolean' ? value : null;
  return { kind: 'scalar', value: known, style, written, start: place.start, end: place.end };
}

function buildList(builder: Builder, list: YAMLSeq): ListNode {
  const place = placeOf(list);
  const items = list.items.map((item) => build(builder, item as YamlNode | null, place));
  const node: ListNode = { kind: 'list', items, flow: list.flow === true, start: place.start, end: place.end };
  measure(builder, node, items);
  return node;
}

function buildMap(builder: Builder, map: YAMLMap): MapNode {
  const place = placeOf(map);
  const entries = new Map<string, Entry>();
  const merged: Node[] = [];
  for (const pair of map.items as Pair<YamlNode, YamlNode | null>[]) {
    const keyPlace = placeOf(pair.key);
    const isFree = isScalar(pair.key) && String(pair.key.value).startsWith('x-');
    if (isFree) builder.free += 1;
    const value = build(builder, pair.value, { start: keyPlace.end, end: keyPlace.end });
    if (isFree) builder.free -= 1;
    if (isMergeKey(pair.key)) merged.push(value);
    else addEntry(builder, entries, { pair, keyPlace, value });
  }
  for (const source of merged) merge(builder, entries, source);
  const node: MapNode = { kind: 'map', entries, flow: map.flow === true, start: place.start, end: place.end };
  measure(builder, node, valuesOf(entries));
  return node;
}

const INVISIBLE = /\p{Cf}/u;
const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

function addEntry(
  builder: Builder,
  entries: Map<string, Entry>,
  found: { pair: Pair<YamlNode>; keyPlace: Place; value: Node },
): void {
  const { report } = builder;
  const { pair, keyPlace, value } = found;
  const key = keyText(builder, pair.key);
  if (key === undefined) {
    report.add(keyPlace, { code: 'PC1006', message: 'a key has to be text', help: 'quote it if it is meant as text' });
    return;
  }
  if (RESERVED.has(key)) {
    report.add(keyPlace, { code: 'PC1006', message: `the key ${shown(key)} is reserved: no map of a chain may have it` });
    return;
  }
  if (INVISIBLE.test(key)) {
    report.add(keyPlace, { code: 'PC1006', message: `the key ${shown(key)} holds an invisible character` });
    return;
  }
  const before = entries.get(key);
  if (before === undefined) {
    entries.set(key, { key: keyPlace, value });
    return;
  }
  const line = lineAt(report.source.lineStarts, before.key.start) + 1;
  report.add(keyPlace, { code: 'PC1006', message: `the key ${shown(key)} is given twice`, label: `already on line ${line}` });
}

function keyText(builder: Builder, key: YamlNode): string | undefined {
  if (isAlias(key)) {
    const node = followAlias(builder, key);
    return node.kind === 'scalar' ? String(node.value ?? '') : undefined;
  }
  if (!isScalar(key)) return undefined;
  return typeof key.value === 'string' ? key.value : (key.source ?? '');
}

function isMergeKey(key: YamlNode): boolean {
  return isScalar(key) && key.value === '<<' && key.type === 'PLAIN';
}

/** `<<: *defaults`, as in docker compose: what the map does not say itself comes from there, the first of a list winning. */
function merge(builder: Builder, entries: Map<string, Entry>, source: Node): void {
  if (source.kind === 'list') {
    for (const item of source.items) merge(builder, entries, item);
    return;
  }
  if (source.kind !== 'map') {
    builder.report.add(source, { code: 'PC1007', message: '"<<" merges maps, and this is not one' });
    return;
  }
  for (const [key, entry] of source.entries) if (!entries.has(key)) entries.set(key, entry);
}

function followAlias(builder: Builder, alias: Alias): Node {
  const place = placeOf(alias);
  const { report, anchors } = builder;
  const node = anchors.get(alias.source);
  if (node !== undefined) return node;
  const written = report.source.text.slice(place.start, place.end);
  const message = anchors.has(alias.source)
    ? `the alias ${shown(written)} refers to the value it is in`
    : `the alias ${shown(written)} has no anchor before it`;
  const help = 'YAML reads "*" at the start of a value as an alias; quote it if it is text';
  report.add(place, { code: 'PC1007', message, help, fix: { ...place, text: quoteYaml(written) } });
  return { kind: 'scalar', value: written, style: 'plain', ...place };
}

function reportBraced(builder: Builder, yaml: YamlNode): ScalarNode | undefined {
  const text = bracedText(yaml, builder.report.source.text);
  if (text === undefined) return undefined;
  const place = placeOf(yaml);
  const node: ScalarNode = { kind: 'scalar', value: text.meant, style: 'plain', ...place };
  const fixed = quoteYaml(text.meant);
  const message = 'this is a map, not text: YAML reads "{" as the start of a map; quote it';
  if (builder.free > 0) return node;
  builder.braced.set(node, () => {
    builder.report.add(place, { code: 'PC1109', message, label: `write ${fixed}`, fix: { ...place, text: fixed } });
  });
  return node;
}

/** The tags that name what a chain is made of; all others would make something that is not plain data. */
const TAGS: ReadonlyMap<string, (yaml: YamlNode) => boolean> = new Map([
  ['map', isMap],
  ['seq', isSeq],
  ['str', isScalar],
  ['int', (yaml) => isScalar(yaml) && typeof yaml.value === 'number'],
  ['float', (yaml) => isScalar(yaml) && typeof yaml.value === 'number'],
  ['bool', (yaml) => isScalar(yaml) && typeof yaml.value === 'boolean'],
  ['null', (yaml) => isScalar(yaml) && yaml.value === null],
]);

function reportTag(builder: Builder, yaml: YamlNode): ScalarNode | undefined {
  const { tag } = yaml;
  if (tag === undefined || builder.free > 0) return undefined;
  const isType = TAGS.get(tag.replace(/^tag:yaml\.org,2002:/, ''));
  if (isType?.(yaml) === true) return undefined;
  const { text } = builder.report.source;
  const { start, end } = placeOf(yaml);
  const tagStart = Math.max(0, text.lastIndexOf('!', start));
  const from = text.charCodeAt(tagStart - 1) === 33 ? tagStart - 1 : tagStart;
  const written = text.slice(from, end).trimEnd();
  const place = { start: from, end: from + written.length };
  const fix = written.includes('\n') ? undefined : { ...place, text: quoteYaml(written) };
  const name = shown(written.split(/\s/, 1)[0] ?? '!');
  const message =
    isType === undefined
      ? `unknown YAML tag ${name}: YAML reads "!" at the start of a value as a tag`
      : `the YAML tag ${name} says something else than what stands there`;
  builder.report.add(place, { code: 'PC1008', message, help: 'quote it if it is text', fix });
  return { kind: 'scalar', value: written, style: 'plain', ...place };
}

/** Counts values with aliases expanded, and gives up on the first collection that stands for too many. */
function measure(builder: Builder, node: Node, children: Iterable<Node>): void {
  let size = 1;
  for (const child of children) size += child.kind === 'scalar' ? 1 : (builder.sizes.get(child) ?? 1);
  builder.sizes.set(node, size);
  if (size > builder.limits.values) throw new TooManyValues(node, size, builder.limits);
}

function* valuesOf(entries: ReadonlyMap<string, Entry>): Iterable<Node> {
  for (const entry of entries.values()) yield entry.value;
}

/** Thrown by `buildTree`: an alias bomb, or simply too much. */
export class TooManyValues extends Error {
  readonly place: Place;

  constructor(place: Place, size: number, { what, values }: Limits) {
    super(`this stands for ${size} values once aliases are expanded; ${what} may have ${values}`);
    this.place = { start: place.start, end: place.end };
  }
}

function placeOf(yaml: YamlNode | null): Place {
  const range = yaml?.range;
  return range ? { start: range[0], end: range[1] } : { start: 0, end: 0 };
}

function empty(at: Place): ScalarNode {
  return { kind: 'scalar', value: null, style: 'plain', written: '', start: at.start, end: at.end };
}
