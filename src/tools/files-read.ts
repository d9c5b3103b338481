import { z } from 'zod';
import { ToolError } from '../core/errors.ts';
import { defineBuiltIn } from './built-in.ts';
import { cutAt } from './cut.ts';
import { openInside } from './inside.ts';
import { readText } from './read-text.ts';

const LONGEST_TEXT = 100_000;
const LARGEST_FILE = 20 * 1024 * 1024;

/** The text of a file, or some of its lines. */
export const filesRead = defineBuiltIn({
  name: 'files.read',
  description:
    "Reads a UTF-8 text file inside the chain's folder and gives its text as it is, without line numbers; first_line and " +
    `last_line give a part. At most ${LONGEST_TEXT} characters come back at once, of files up to ${LARGEST_FILE / 1024 / 1024} MB. ` +
    'Binary files, .git and .env files are refused.',
  options: z.strictObject({
    path: z.string().min(1).max(4_000).describe("relative to the chain's folder, such as docs/notes.md"),
    first_line: z.int().min(1).max(100_000_000).optional().describe('from 1; by default the first'),
    last_line: z.int().min(1).max(100_000_000).optional().describe('included; by default the last'),
  }),
  effect: 'none',
  async run({ path, first_line: first = 1, last_line: last }, { scope, signal }) {
    const file = await openInside(scope.dir, path, 'file');
    await using _ = file.handle;
    const whole = await readText(file, LARGEST_FILE, signal);
    const lines = whole.split('\n').length - (whole.endsWith('\n') ? 1 : 0);
    if (first > Math.max(lines, 1)) throw beyond(file.path, first, lines);
    const wanted = first === 1 && last === undefined ? whole : linesOf(whole, first, last);
    const next = `read on with first_line ${first + countLines(wanted.slice(0, LONGEST_TEXT))}`;
    const shown = cutAt(wanted, LONGEST_TEXT, wanted.length > LONGEST_TEXT ? next : undefined);
    return { text: shown.text, data: { path: file.path, lines, bytes: file.stats.size, cut: shown.cut } };
  },
});

function linesOf(text: string, first: number, last: number | undefined): string {
  const lines = text.split('\n');
  return lines.slice(first - 1, last).join('\n');
}

function countLines(text: string): number {
  return text.split('\n').length - 1;
}

function beyond(path: string, first: number, lines: number): ToolError {
  return new ToolError(`"${path}" has ${lines} lines, so there is no line ${first}`, { code: 'PC7042', reason: 'tool' });
}
