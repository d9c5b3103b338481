import { isScalar, parseDocument, Scalar } from 'yaml';
import { StoreError } from '../../core/errors.ts';

export type YamlPath = readonly (string | number)[];

/**
 * The source of a YAML file with one of its texts replaced. Every other byte stays what it is, and so does the style of the
 * text where the new one can be written in it: a block stays a block, with its indentation and the comment of its first line.
 */
export function withScalar(source: string, path: YamlPath, text: string): string {
  const document = parseDocument(source);
  const node = document.getIn(path, true);
  if (!isScalar(node) || typeof node.value !== 'string' || !node.range) throw irreplaceable(path);
  if (node.value === text) return source;
  const place: Place = { source, start: node.range[0], end: node.range[1], value: node.value, type: node.type };
  const expected = document.clone();
  expected.setIn(path, text);
  const isWhole = (changed: string): boolean => {
    const again = parseDocument(changed);
    if (again.errors.length > document.errors.length || again.getIn(path) !== text) return false;
    return node.anchor !== undefined || JSON.stringify(again.toJS()) === JSON.stringify(expected.toJS());
  };
  for (const written of [inItsStyle(place, text), asBlock(place, text), JSON.stringify(text)]) {
    if (written === undefined) continue;
    const changed = `${source.slice(0, place.start)}${written}${source.slice(place.end)}`;
    if (isWhole(changed)) return changed;
  }
  throw irreplaceable(path);
}

interface Place {
  readonly source: string;
  readonly start: number;
  readonly end: number;
  readonly value: string;
  readonly type: Scalar.Type | undefined;
}

function inItsStyle(place: Place, text: string): string | undefined {
  const { type, source, start, end, value } = place;
  if (type === Scalar.BLOCK_LITERAL || type === Scalar.BLOCK_FOLDED) {
    const [header = '', ...lines] = source.slice(start, end).split('\n');
    const first = lines.find((line) => line.trim() !== '') ?? '';
    const inner = value.split('\n').find((line) => line.trim() !== '') ?? '';
    const indent = ' '.repeat(Math.max(1, widthOf(first) - widthOf(inner)));
    const block = blockOf(text, { indent, around: widthAround(place), comment: header.replace(/^[|>][-+0-9]*/, '') });
    return source.slice(0, end).endsWith('\n') ? block : block.replace(/\n$/, '');
  }
  if (text.includes('\n')) return undefined;
  if (type === Scalar.QUOTE_SINGLE) return `'${text.replaceAll("'", "''")}'`;
  return type === Scalar.PLAIN ? text : JSON.stringify(text);
}

/** A literal block in the place of a text of one line; what follows on that line can only be a comment. */
function asBlock(place: Place, text: string): string | undefined {
  const { source, start, end } = place;
  const rest = source.slice(end).split('\n', 1)[0] ?? '';
  if (rest.trim() !== '' || source.slice(start, end).includes('\n')) return undefined;
  const around = widthAround(place);
  const block = blockOf(text, { indent: ' '.repeat(around + 2), around, comment: '' });
  return block.endsWith('\n') && !text.endsWith('\n') ? block.slice(0, -1) : block;
}

/** The indentation of the map or list that the text is in. */
function widthAround({ source, start }: Place): number {
  const before = source.slice(source.lastIndexOf('\n', start - 1) + 1, start);
  const width = /^[ -]*/.exec(before)?.[0].length ?? 0;
  return width === before.length ? Math.max(0, before.lastIndexOf('-')) : width;
}

interface Block {
  readonly indent: string;
  readonly around: number;
  readonly comment: string;
}

function blockOf(text: string, { indent, around, comment }: Block): string {
  const body = text.replace(/\n+$/, '');
  const ends = text.length - body.length;
  const chomping = ends === 0 ? '-' : ends === 1 ? '' : '+';
  const indicator = /^\s/.test(body) ? String(indent.length - around) : '';
  const lines = [...body.split('\n'), ...new Array<string>(Math.max(0, ends - 1)).fill('')];
  const indented = lines.map((line) => (line === '' ? '' : `${indent}${line}`));
  return `|${indicator}${chomping}${comment}\n${indented.join('\n')}\n`;
}

function widthOf(line: string): number {
  return line.length - line.trimStart().length;
}

function irreplaceable(path: YamlPath): StoreError {
  return new StoreError(`the text at "${path.join('.')}" cannot be replaced`, {
    code: 'PC2104',
    help: 'write it as a block, with "|" after its key, or into a file of its own',
  });
}
