import type { CST as Cst } from 'yaml';
import { createSource, lineAt } from './source.ts';

/** Collects how the lines of a text are to stand, and gives the text that does. Lines that belong to a text are never touched otherwise. */
export interface Layout {
  /** What starts at `offset` stands `indent` spaces in, if it is the first of its line. */
  begin(offset: number, indent: number): void;
  /** No space between the two. */
  close(start: number, end: number): void;
  /** One space after `offset`, if anything but a comment follows on the line. */
  oneSpace(offset: number): void;
  replace(start: number, end: number, text: string): void;
  /** The lines of a quoted or plain text after its first. */
  continueAt(start: number, end: number, indent: number): void;
  /** The lines after the first keep their distance to it. */
  shift(start: number, end: number): void;
  /** A text after `|` or `>`, in a collection that stands `indent` spaces in. */
  blockText(token: Cst.BlockScalar, indent: number): void;
  text(): string;
}

export function createLayout(text: string): Layout {
  const { lineStarts } = createSource('', text);
  const lines = text.split('\n');
  const indents = new Map<number, number>();
  /** Lines that are part of a text: as they are, but for these many spaces in front (undefined: untouched). */
  const fixed = new Map<number, string>();
  const edits: { readonly start: number; readonly end: number; readonly text: string }[] = [];
  const lineOf = (offset: number): number => lineAt(lineStarts, offset);
  const isFirst = (offset: number): boolean => text.slice(lineStarts[lineOf(offset)], offset).trim() === '';
  const shifted: { readonly first: number; readonly last: number }[] = [];

  const eachLineAfter = (start: number, end: number, tell: (line: number) => void): void => {
    for (let line = lineOf(start) + 1; line <= lineOf(end); line += 1) tell(line);
  };
  return {
    begin(offset, indent) {
      if (isFirst(offset)) indents.set(lineOf(offset), indent);
    },
    close(start, end) {
      if (end > start) edits.push({ start, end, text: '' });
    },
    oneSpace(offset) {
      const spaces = /^[ \t]*/.exec(text.slice(offset, offset + 200))?.[0].length ?? 0;
      const next = text[offset + spaces];
      if (next === undefined || next === '\n' || next === '#' || spaces === 0) return;
      edits.push({ start: offset, end: offset + spaces, text: ' ' });
    },
    replace(start, end, replacement) {
      edits.push({ start, end, text: replacement });
    },
    continueAt(start, end, indent) {
      eachLineAfter(start, end, (line) => {
        const content = (lines[line] ?? '').trimStart();
        if (content === '' && line < lineOf(end)) fixed.set(line, '');
        else indents.set(line, indent + 2);
      });
    },
    shift(start, end) {
      if (lineOf(end) > lineOf(start)) shifted.push({ first: lineOf(start), last: lineOf(end) });
    },
    blockText(token, indent) {
      const header = token.props.find((prop): prop is Cst.SourceToken => prop.type === 'block-scalar-header');
      const start = header === undefined ? token.offset : (lineStarts[lineOf(header.offset) + 1] ?? text.length);
      const given = /[1-9]/.exec(header?.source ?? '')?.[0];
      const content = token.source.replace(/\n$/, '').split('\n');
      const first = content.find((line) => line.trim() !== '') ?? '';
      const stands = given === undefined ? first.search(/[^ ]|$/) : Number(given) + parentIndent(token);
      if (header !== undefined && given !== undefined)
        edits.push({ start: header.offset, end: header.offset + header.source.length, text: header.source.replace(given, '2') });
      const keeps = header?.source.includes('+') === true;
      const until = keeps ? content.length : lastText(content) + 1;
      for (const [index, line] of content.slice(0, until).entries()) {
        const kept = line.slice(Math.min(stands, line.search(/[^ ]|$/)));
        fixed.set(lineOf(start) + index, kept === '' ? '' : ' '.repeat(indent + 2) + kept);
      }
    },
    text() {
      return printed({ lines: editedLines(text, edits), before: lines, indents, fixed, shifted });
    },
  };
}

/** How far in the collection around a text stands, as the parser saw it. */
function parentIndent(token: Cst.BlockScalar): number {
  return Math.max(0, token.indent);
}

function lastText(content: readonly string[]): number {
  return content.findLastIndex((line) => line.trim() !== '');
}

/** The lines with what is changed inside of them; no edit holds a line break, so their number stays. */
function editedLines(
  text: string,
  edits: readonly { readonly start: number; readonly end: number; readonly text: string }[],
): readonly string[] {
  let changed = '';
  let at = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    if (edit.start < at) continue;
    changed += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return (changed + text.slice(at)).split('\n');
}

interface Parts {
  readonly lines: readonly string[];
  /** As they were: comments are told by how far in they stood. */
  readonly before: readonly string[];
  readonly indents: ReadonlyMap<number, number>;
  readonly fixed: ReadonlyMap<number, string>;
  readonly shifted: readonly { readonly first: number; readonly last: number }[];
}

function printed(parts: Parts): string {
  const { lines, before, indents, fixed, shifted } = parts;
  const moved = new Map(indents);
  for (const { first, last } of shifted) {
    const by = (moved.get(first) ?? indentOf(before[first])) - indentOf(before[first]);
    for (let line = first + 1; line <= last; line += 1)
      if (!fixed.has(line)) moved.set(line, Math.max(0, indentOf(before[line]) + by));
  }
  const out: string[] = [];
  for (const [index, line] of lines.entries()) {
    const kept = fixed.get(index);
    if (kept !== undefined) {
      out.push(kept);
      continue;
    }
    const content = line.trim();
    if (content === '' && (out.length === 0 || (out.at(-1) === '' && !fixed.has(index - 1)))) continue;
    if (content === '') out.push('');
    else out.push(' '.repeat(moved.get(index) ?? commentIndent(parts, index, moved)) + content);
  }
  while (out.at(-1) === '' && !fixed.has(lines.length - 2)) out.pop();
  return out.length === 0 ? '' : `${out.join('\n').replace(/\n$/, '')}\n`;
}

/** A comment goes with the line below it, if it stood as far in, else with the nearest line above that stood no further in. */
function commentIndent({ before, indents, fixed }: Parts, index: number, moved: ReadonlyMap<number, number>): number {
  const stood = indentOf(before[index]);
  for (let below = index + 1; below < before.length; below += 1) {
    if (!moved.has(below) || fixed.has(below)) continue;
    if (indentOf(before[below]) === stood) return moved.get(below) ?? 0;
    break;
  }
  for (let above = index - 1; above >= 0; above -= 1) {
    const indent = indents.get(above);
    if (indent !== undefined && indentOf(before[above]) <= stood) return indent + (indentOf(before[above]) < stood ? 2 : 0);
  }
  return 0;
}

function indentOf(line: string | undefined): number {
  return /^[ \t]*/.exec(line ?? '')?.[0].length ?? 0;
}
