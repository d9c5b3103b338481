import { widthOf } from '../../terminal/frame.ts';
import type { Box, Drawing } from './layout.ts';

/** The drawing with the characters of a typewriter. */
export function asciiOf({ width, height, boxes, arrows }: Drawing): string {
  const rows = Array.from({ length: height }, () => Array.from({ length: width }, () => ' '));
  const put = (x: number, y: number, text: string): void => {
    const row = rows[y];
    let at = x;
    for (const character of text) {
      if (row !== undefined && at < row.length) row[at] = character;
      // A character of two columns leaves nothing for the next cell.
      if (row !== undefined && widthOf(character) === 2) row[at + 1] = '';
      at += widthOf(character);
    }
  };
  for (const box of boxes) drawBox(box, put);
  for (const { x, y, height: length, label } of arrows) {
    for (let step = 0; step < length; step += 1) put(x, y + step, step === length - 1 ? 'v' : '|');
    put(x + 2, y, label);
  }
  return `${rows.map((row) => row.join('').trimEnd()).join('\n')}\n`;
}

function drawBox({ x, y, width, height, lines, shape }: Box, put: (x: number, y: number, text: string) => void): void {
  const [corner, across, down] = shape === 'part' ? ['.', '.', ':'] : shape === 'group' ? ['#', '=', '|'] : ['+', '-', '|'];
  const border = corner + across.repeat(width - 2) + corner;
  put(x, y, border);
  put(x, y + height - 1, border);
  for (let row = 1; row < height - 1; row += 1) {
    put(x, y + row, down);
    put(x + width - 1, y + row, down);
  }
  for (const [index, line] of lines.entries()) put(x + 2, y + 1 + index, line);
}
