/** Rows of cells as aligned lines; the last column wraps to `width`. Two spaces between columns and before the first. */
export function columns(rows: readonly (readonly string[])[], width = 100): string {
  const last = Math.max(...rows.map((row) => row.length)) - 1;
  const widths = Array.from({ length: last }, (_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const indent = widths.reduce((sum, each) => sum + each + GAP.length, GAP.length);
  return rows.map((row) => line(row, widths, wrap(row[last] ?? '', Math.max(30, width - indent)), indent)).join('\n');
}

const GAP = '  ';

function line(row: readonly string[], widths: readonly number[], lines: readonly string[], indent: number): string {
  const cells = widths.map((each, column) => (row[column] ?? '').padEnd(each) + GAP);
  return (GAP + cells.join('') + lines.join(`\n${' '.repeat(indent)}`)).trimEnd();
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let open = '';
  for (const word of text.split(' ')) {
    if (open !== '' && open.length + 1 + word.length > width) {
      lines.push(open);
      open = word;
    } else {
      open = open === '' ? word : `${open} ${word}`;
    }
  }
  return [...lines, open];
}
