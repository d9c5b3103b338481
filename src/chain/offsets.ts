import type { ScalarNode } from './node.ts';
import { escapeFor, isPlainSafe, quoteYaml } from './quote.ts';
import type { Place } from './source.ts';

/** Translates offsets in the value of a scalar to offsets in the file: escapes, indentation and folded lines shift them. */
export interface Locator {
  place(node: ScalarNode, offset: number, length: number): Place;
  /** The change to the file that makes this change to the value. */
  edit(
    node: ScalarNode,
    fix: { readonly offset: number; readonly length: number; readonly text: string },
  ): {
    readonly start: number;
    readonly end: number;
    readonly text: string;
  };
}

export function createLocator(text: string): Locator {
  const maps = new WeakMap<ScalarNode, Int32Array>();
  const mapOf = (node: ScalarNode): Int32Array => {
    const known = maps.get(node);
    if (known !== undefined) return known;
    const map = align(text, node);
    maps.set(node, map);
    return map;
  };
  const place = (node: ScalarNode, offset: number, length: number): Place => {
    const map = mapOf(node);
    const start = map[Math.min(offset, map.length - 1)] ?? node.start;
    return { start, end: Math.max(start, map[Math.min(offset + length, map.length - 1)] ?? node.end) };
  };
  return {
    place,
    edit(node, fix) {
      const value = String(node.value);
      const changed = value.slice(0, fix.offset) + fix.text + value.slice(fix.offset + fix.length);
      if (node.style === 'plain' && !isPlainSafe(changed, value))
        return { start: node.start, end: node.end, text: quoteYaml(changed) };
      return { ...place(node, fix.offset, fix.length), text: escapeFor(node.style, fix.text) };
    },
  };
}

/** For each offset of the value (and its end) the offset in the file. */
function align(text: string, node: ScalarNode): Int32Array {
  const value = String(node.value);
  const map = new Int32Array(value.length + 1);
  const isBlock = node.style === 'literal' || node.style === 'folded';
  const indent = isBlock ? blockIndent(text, node, value) : 0;
  const isQuoted = node.style === 'single' || node.style === 'double';
  let at = isBlock ? skipIndent(text, afterLine(text, node.start), indent) : node.start + (isQuoted ? 1 : 0);
  for (let index = 0; index < value.length; index += 1) {
    const break_ = isBlock ? undefined : flowBreak(text, at, node);
    if (break_ !== undefined) {
      const isEscaped = node.style === 'double' && text[break_.start] === '\\';
      at = break_.end;
      if (!isEscaped) {
        const first = index;
        while (index < value.length && (value[index] === '\n' || (index === first && value[index] === ' ')))
          map[index++] = break_.start;
      }
      if (index >= value.length) break;
    }
    map[index] = at;
    if (node.style === 'double' && text[at] === '\\') {
      const width = escapeWidth(text, at);
      if (width === 10 && value.charCodeAt(index) >= 0xd800 && value.charCodeAt(index) <= 0xdbff) map[++index] = at;
      at += width;
    } else if (node.style === 'single' && text[at] === "'") at += 2;
    else if (isBlock && (text[at] === '\n' || text[at] === '\r'))
      at = nextBlockLine(text, at, { indent, next: value[index + 1], folded: node.style === 'folded' });
    else if (at < node.end) at += 1;
  }
  map[value.length] = at;
  return map;
}

/** In a flow scalar, spaces around line breaks and the breaks themselves stand for one space or some line feeds. */
function flowBreak(text: string, at: number, node: ScalarNode): Place | undefined {
  const first = text[at];
  if (first === '\\' && (text[at + 1] === '\n' || text[at + 1] === '\r'))
    return { start: at, end: skipBlank(text, at + 1, node.end) };
  if (first !== ' ' && first !== '\t' && first !== '\n' && first !== '\r') return undefined;
  let end = at;
  while (text[end] === ' ' || text[end] === '\t') end += 1;
  if (text[end] !== '\n' && text[end] !== '\r') return undefined;
  return { start: at, end: skipBlank(text, end, node.end) };
}

function skipBlank(text: string, from: number, limit: number): number {
  let at = from;
  while (at < limit && (text[at] === ' ' || text[at] === '\t' || text[at] === '\n' || text[at] === '\r')) at += 1;
  return at;
}

function escapeWidth(text: string, at: number): number {
  switch (text[at + 1]) {
    case 'x':
      return 4;
    case 'u':
      return 6;
    case 'U':
      return 10;
    default:
      return 2;
  }
}

function nextBlockLine(text: string, at: number, line: { indent: number; next: string | undefined; folded: boolean }): number {
  let next = skipIndent(text, afterLine(text, at), line.indent);
  while (line.folded && line.next !== '\n' && line.next !== undefined && (text[next] === '\n' || text[next] === '\r')) {
    next = skipIndent(text, afterLine(text, next), line.indent);
  }
  return next;
}

function afterLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end + 1;
}

function skipIndent(text: string, from: number, indent: number): number {
  let at = from;
  while (at < from + indent && text[at] === ' ') at += 1;
  return at;
}

/** How far the content stands in: the spaces of the first line with text, less those that belong to the value. */
function blockIndent(text: string, node: ScalarNode, value: string): number {
  const start = afterLine(text, node.start);
  const written = /^(?:[ \t]*\r?\n)*( *)/.exec(text.slice(start, node.end))?.[1]?.length ?? 0;
  const kept = /^\n*( *)/.exec(value)?.[1]?.length ?? 0;
  return Math.max(0, written - kept);
}
