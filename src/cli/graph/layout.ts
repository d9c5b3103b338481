import { widthOf } from '../../terminal/frame.ts';
import { cut, type Node, type Outline, type Part } from './outline.ts';

/** A graph as boxes and arrows in cells of text: columns and rows from 0. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

export interface Box {
  readonly key: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** One a row, from the first row inside. */
  readonly lines: readonly string[];
  readonly shape: 'step' | 'group' | 'part' | 'end';
}

/** Downwards, from below one box to above the next. */
export interface Arrow {
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly label: string;
}

/** The whole of a chain, top to bottom: what runs together or instead of each other stands side by side while it fits. */
export function layOut({ steps, last }: Outline, reads: boolean): Drawing {
  const end = (title: string): Node => ({ key: title, path: '', title, notes: [], parts: [], reads: [] });
  const main = column([end('input'), ...steps, end('output')], { reads, titles: new Map(titlesOf([...steps, ...last])) });
  if (last.length === 0) return main;
  const inner = column(last, { reads, titles: new Map(titlesOf([...steps, ...last])) });
  return stack([main, framed(inner, { key: 'finally', lines: ['finally'], shape: 'part' })], GAP);
}

interface Style {
  readonly reads: boolean;
  readonly titles: ReadonlyMap<string, string>;
}

/** Wider than that, branches stand below each other. */
const WIDEST = 110;
const LONGEST_LINE = 44;
const GAP = 1;
const ARROW = 2;

function titlesOf(nodes: readonly Node[]): readonly (readonly [string, string])[] {
  return nodes.flatMap((node) => [[node.key, node.title] as const, ...node.parts.flatMap((part) => titlesOf(part.nodes))]);
}

/** Nodes below each other, an arrow between each two, all in the middle. */
function column(nodes: readonly Node[], style: Style): Drawing {
  const blocks = nodes.map((node) => drawNode(node, style));
  const labels = nodes.map(({ condition }) => (condition === undefined ? '' : cut(`if ${condition}`, LONGEST_LINE)));
  const middle = Math.max(...blocks.map(({ width }) => Math.floor(width / 2)), 0);
  const arrows: Arrow[] = [];
  let drawing: Drawing = EMPTY;
  let y = 0;
  for (const [index, block] of blocks.entries()) {
    if (index > 0) {
      arrows.push({ x: middle, y, height: ARROW, label: labels[index] ?? '' });
      y += ARROW;
    } else if (labels[0] !== undefined && labels[0] !== '') {
      arrows.push({ x: middle, y, height: ARROW, label: labels[0] });
      y += ARROW;
    }
    drawing = over(drawing, moved(block, middle - Math.floor(block.width / 2), y));
    y += block.height;
  }
  const width = Math.max(drawing.width, ...arrows.map(({ x, label }) => x + (label === '' ? 1 : 3 + widthOf(label))));
  return { ...drawing, arrows: [...drawing.arrows, ...arrows], width };
}

function drawNode(node: Node, style: Style): Drawing {
  const { key, title, notes, parts } = node;
  const read =
    style.reads && node.reads.length > 0 ? [`reads ${node.reads.map((each) => style.titles.get(each) ?? each).join(', ')}`] : [];
  const lines = [title, ...notes, ...read].map((line) => cut(line, LONGEST_LINE));
  if (parts.length === 0) return framed(EMPTY, { key, lines, shape: key === title ? 'end' : 'step' });
  const blocks = parts.map((part, index) => drawPart(part, `${key}.${index}`, style));
  return framed(arranged(blocks), { key, lines, shape: 'group' });
}

function drawPart({ label, nodes }: Part, key: string, style: Style): Drawing {
  const inner = column(nodes, style);
  return label === '' ? inner : framed(inner, { key, lines: [cut(label, LONGEST_LINE)], shape: 'part' });
}

function arranged(blocks: readonly Drawing[]): Drawing {
  const width = blocks.reduce((sum, block) => sum + block.width + GAP * 2, 0);
  if (blocks.length > 1 && width > WIDEST) return stack(blocks, GAP);
  let drawing: Drawing = EMPTY;
  for (const block of blocks) drawing = over(drawing, moved(block, drawing.width === 0 ? 0 : drawing.width + GAP * 2, 0));
  return drawing;
}

function stack(blocks: readonly Drawing[], gap: number): Drawing {
  let drawing: Drawing = EMPTY;
  for (const block of blocks) drawing = over(drawing, moved(block, 0, drawing.height === 0 ? 0 : drawing.height + gap));
  return drawing;
}

/** A box with lines of text, and below them what is inside. */
function framed(inner: Drawing, { key, lines, shape }: Pick<Box, 'key' | 'lines' | 'shape'>): Drawing {
  const text = Math.max(...lines.map(widthOf));
  const width = Math.max(text, inner.width) + 4;
  const height = lines.length + inner.height + 2;
  const left = Math.floor((width - inner.width) / 2);
  const content = moved(inner, inner.width === 0 ? 0 : left, lines.length + 1);
  return { ...content, boxes: [{ key, x: 0, y: 0, width, height, lines, shape }, ...content.boxes], width, height };
}

const EMPTY: Drawing = { width: 0, height: 0, boxes: [], arrows: [] };

function moved(drawing: Drawing, x: number, y: number): Drawing {
  const move = <Thing extends { readonly x: number; readonly y: number }>(thing: Thing): Thing => ({
    ...thing,
    x: thing.x + x,
    y: thing.y + y,
  });
  return {
    width: drawing.width + x,
    height: drawing.height + y,
    boxes: drawing.boxes.map(move),
    arrows: drawing.arrows.map(move),
  };
}

function over(a: Drawing, b: Drawing): Drawing {
  return {
    width: Math.max(a.width, b.width),
    height: Math.max(a.height, b.height),
    boxes: [...a.boxes, ...b.boxes],
    arrows: [...a.arrows, ...b.arrows],
  };
}
