import type { Arrow, Box, Drawing } from './layout.ts';
import { allNodes, type Outline } from './outline.ts';

/** Pixels of a cell: what a monospaced font of 13 pixels takes. */
const CELL = { width: 8, height: 18 };
const MARGIN = 12;

/** The drawing as a picture of its own: no script, no link, no font to load. */
export function svgOf(outline: Outline, drawing: Drawing, reads: boolean): string {
  const curves = reads ? curvesOf(outline, drawing) : [];
  const width = drawing.width * CELL.width + MARGIN * 2 + (curves.length > 0 ? 60 : 0);
  const height = drawing.height * CELL.height + MARGIN * 2;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13">`,
    `<title>${escaped(outline.name)}</title>`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="#555"/></marker></defs>',
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...drawing.boxes.map(boxOf),
    ...drawing.arrows.map(arrowOf),
    ...curves,
    '</svg>',
  ].join('\n')}\n`;
}

const LOOKS: Readonly<Record<Box['shape'], string>> = {
  step: 'fill="#eef4ff" stroke="#3b6fb6"',
  group: 'fill="#f7f7f7" stroke="#777"',
  part: 'fill="none" stroke="#999" stroke-dasharray="4 3"',
  end: 'fill="#fff" stroke="#bbb"',
};

function boxOf({ x, y, width, height, lines, shape }: Box): string {
  const [left, top] = [across(x), down(y) + 4];
  const texts = lines.map((line, index) => {
    const weight = index === 0 && shape !== 'end' ? ' font-weight="bold"' : '';
    return `<text x="${left + CELL.width * 2}" y="${down(y + 1 + index) + 14}"${weight} fill="${index === 0 ? '#111' : '#444'}">${escaped(line)}</text>`;
  });
  return `<rect x="${left}" y="${top}" width="${width * CELL.width}" height="${height * CELL.height - 8}" rx="6" ${LOOKS[shape]}/>${texts.join('')}`;
}

function arrowOf({ x, y, height, label }: Arrow): string {
  const at = across(x) + CELL.width / 2;
  const line = `<path d="M${at},${down(y) - 4} V${down(y + height) + 3}" stroke="#555" fill="none" marker-end="url(#tip)"/>`;
  return label === '' ? line : `${line}<text x="${at + 10}" y="${down(y) + 22}" fill="#7a4d00">${escaped(label)}</text>`;
}

/** From a step to one that reads it, on the right of both. */
function curvesOf(outline: Outline, { boxes }: Drawing): readonly string[] {
  const places = new Map(boxes.map((box) => [box.key, box]));
  return allNodes(outline).flatMap((node) =>
    node.reads.flatMap((read) => {
      const [from, to] = [places.get(read), places.get(node.key)];
      if (from === undefined || to === undefined) return [];
      const [x1, y1] = [across(from.x + from.width), down(from.y + from.height / 2)];
      const [x2, y2] = [across(to.x + to.width), down(to.y + to.height / 2)];
      const out = Math.max(x1, x2) + 45;
      return [
        `<path d="M${x1},${y1} C${out},${y1} ${out},${y2} ${x2},${y2}" stroke="#999" stroke-dasharray="2 3" fill="none" marker-end="url(#tip)"/>`,
      ];
    }),
  );
}

function across(x: number): number {
  return MARGIN + x * CELL.width;
}

function down(y: number): number {
  return MARGIN + y * CELL.height;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
