import { isDeepStrictEqual } from 'node:util';
import { CST, type CST as Cst, isAlias, isMap, isScalar, isSeq, Parser, parseDocument } from 'yaml';
import { layOutFlow } from './format-flow.ts';
import { createLayout, type Layout } from './format-layout.ts';

/**
 * A chain file in the layout of this project: two spaces a level, lists further in than their key, one space after `-` and `:`,
 * at most one blank line, none at the ends. Keys stay in their order; texts, quotes and comments are as they were written.
 * Undefined when the text is not YAML or the result would not mean exactly the same, and for YAML that chains have no use for
 * (`? ` keys, several documents). The text has passed the limits of a chain file: it is no deeper than the stack.
 */
export function formatYaml(written: string): string | undefined {
  const mark = written.startsWith('\ufeff') ? '\ufeff' : '';
  const lineEnd = usesCrlf(written) ? '\r\n' : '\n';
  const text = written.slice(mark.length).replaceAll('\r\n', '\n');
  const layout = createLayout(text);
  for (const token of new Parser().parse(text)) {
    if (token.type === 'error') return undefined;
    if (token.type === 'document' && token.value !== undefined && !walk(layout, token.value, 0)) return undefined;
  }
  const formatted = layout.text();
  const meaning = meaningOf(text);
  if (meaning === undefined || !isDeepStrictEqual(meaning, meaningOf(formatted))) return undefined;
  return mark + formatted.replaceAll('\n', lineEnd);
}

function usesCrlf(text: string): boolean {
  const crlf = text.split('\r\n').length - 1;
  return crlf > 0 && crlf * 2 >= text.split('\n').length - 1;
}

/** Lays out a value whose collection stands `indent` spaces in. False for what is left alone. */
function walk(layout: Layout, token: Cst.Token, indent: number): boolean {
  switch (token.type) {
    case 'block-map':
    case 'block-seq':
      return token.items.every((item) => walkItem(layout, item, indent));
    case 'block-scalar':
      layout.blockText(token, indent);
      return true;
    case 'flow-collection': {
      const printed = layOutFlow(token);
      if (printed === undefined) layout.shift(token.offset, endOf(token));
      else layout.replace(token.offset, endOf(token), printed);
      return true;
    }
    case 'scalar':
    case 'single-quoted-scalar':
    case 'double-quoted-scalar':
      layout.continueAt(token.offset, token.offset + token.source.length, indent);
      return true;
    default:
      return token.type === 'alias';
  }
}

interface Item {
  readonly start: readonly Cst.SourceToken[];
  readonly key?: Cst.Token | null;
  readonly sep?: readonly Cst.SourceToken[];
  readonly value?: Cst.Token;
}

function walkItem(layout: Layout, { start, key, sep, value }: Item, indent: number): boolean {
  if (start.some(({ type }) => type === 'explicit-key-ind')) return false;
  const dash = start.find(({ type }) => type === 'seq-item-ind');
  const head = dash ?? start.find(({ type }) => type === 'anchor' || type === 'tag') ?? key;
  if (head === undefined || head === null || !('offset' in head)) return value === undefined;
  layout.begin(head.offset, indent);
  if (key !== undefined && key !== null) {
    if (!CST.isScalar(key) || key.type === 'block-scalar' || key.source.includes('\n')) return false;
    const colon = sep?.find(({ type }) => type === 'map-value-ind');
    if (colon === undefined) return false;
    layout.close(key.offset + key.source.length, colon.offset);
  }
  for (const { type, offset, source } of [...(dash === undefined ? [] : afterDash(start)), ...(sep ?? [])]) {
    if (type === 'map-value-ind' || type === 'seq-item-ind' || type === 'anchor' || type === 'tag')
      layout.oneSpace(offset + source.length);
  }
  if (value === undefined) return true;
  if ('offset' in value && !isBlock(value)) layout.begin(value.offset, indent + 2);
  return walk(layout, value, isBlock(value) ? indent + 2 : indent);
}

function afterDash(start: readonly Cst.SourceToken[]): readonly Cst.SourceToken[] {
  return start.slice(start.findIndex(({ type }) => type === 'seq-item-ind'));
}

function isBlock({ type }: Cst.Token): boolean {
  return type === 'block-map' || type === 'block-seq';
}

function endOf(token: Cst.FlowCollection): number {
  const last = token.end.findLast(({ type }) => type === 'flow-map-end' || type === 'flow-seq-end');
  return last === undefined ? token.offset + CST.stringify(token).length : last.offset + last.source.length;
}

/**
 * All that a reader of the file gets: values with the form that numbers are written in, anchors, tags, and every
 * comment in order; undefined for what is not YAML.
 */
function meaningOf(text: string): unknown {
  const document = parseDocument(text, { uniqueKeys: false, logLevel: 'silent', prettyErrors: false });
  const comments = [...new Parser().parse(text)].flatMap((token) => [...commentsIn(token)]);
  return document.errors.length > 0 ? undefined : [dataOf(document.contents), comments];
}

/** Comments are tokens of their own wherever they stand; in texts a `#` is part of a scalar token. */
function* commentsIn(value: unknown): Iterable<string> {
  if (typeof value !== 'object' || value === null) return;
  if ('type' in value && value.type === 'comment' && 'source' in value) yield String(value.source).trimEnd();
  for (const part of Object.values(value)) yield* commentsIn(part);
}

function dataOf(node: unknown): unknown {
  if (isAlias(node)) return { alias: node.source };
  if (isMap(node))
    return { anchor: node.anchor, tag: node.tag, map: node.items.map(({ key, value }) => [dataOf(key), dataOf(value)]) };
  if (isSeq(node)) return { anchor: node.anchor, tag: node.tag, list: node.items.map(dataOf) };
  if (!isScalar(node)) return null;
  const { value, anchor, tag, source, type } = node;
  return { value, anchor, tag, ...(typeof value === 'string' ? { type } : { source }) };
}
