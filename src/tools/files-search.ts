import { z } from 'zod';
import { ToolError } from '../core/errors.ts';
import { defineBuiltIn } from './built-in.ts';
import { openInside } from './inside.ts';
import { pathPattern } from './path-pattern.ts';
import { readText } from './read-text.ts';
import { MOST_ENTRIES, walk } from './walk.ts';

const LARGEST_FILE = 2 * 1024 * 1024;
const LONGEST_LINE = 300;
const MOST_FOUND = 200;

interface Found {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/** Lines that hold a text. */
export const filesSearch = defineBuiltIn({
  name: 'files.search',
  description:
    "Finds lines that contain a text in the files of the chain's folder and gives them as path:line: text. The text is taken " +
    'as it is, not as a regular expression. Binary files, files over 2 MB, links, .git, node_modules and .env files are left ' +
    `out. At most ${MOST_FOUND} lines come back.`,
  options: z.strictObject({
    text: z.string().min(1).max(1_000).describe('what to find, within one line'),
    pattern: z.string().min(1).max(500).optional().describe('only files that fit, such as *.md or src/**/*.{ts,js}'),
    path: z.string().min(1).max(4_000).optional().describe("only below this folder; by default the chain's"),
    ignore_case: z.boolean().optional().describe('by default false'),
    limit: z.int().min(1).max(MOST_FOUND).optional().describe(`most lines wanted; by default ${MOST_FOUND}`),
  }),
  effect: 'none',
  async run({ text, pattern = '**', path = '.', ignore_case: anyCase = false, limit = MOST_FOUND }, { scope, signal }) {
    const fits = pathPattern(pattern);
    const wanted = anyCase ? text.toLowerCase() : text;
    const found: Found[] = [];
    const entries = walk(path, { dir: scope.dir, signal, deep: true });
    let next = await entries.next();
    for (; !next.done && found.length <= limit; next = await entries.next()) {
      const { path: file, kind } = next.value;
      if (kind !== 'file' || !fits(file)) continue;
      for (const [index, line] of (await linesOf(scope.dir, file, signal)).entries()) {
        const at = (anyCase ? line.toLowerCase() : line).indexOf(wanted);
        if (at !== -1) found.push({ path: file, line: index + 1, text: around(line, at) });
        if (found.length > limit) break;
      }
    }
    const shown = found.slice(0, limit);
    const lines = shown.map((hit) => `${hit.path}:${hit.line}: ${hit.text}`);
    const notes = [
      ...(found.length > limit ? [`[cut here: ${limit} lines are shown, there are more]`] : []),
      ...(next.done && next.value ? [`[stopped after ${MOST_ENTRIES} entries]`] : []),
    ];
    return {
      text: [...(lines.length === 0 ? ['nothing found'] : lines), ...notes].join('\n'),
      data: { found: shown.map((hit) => ({ ...hit })), cut: notes.length > 0 },
    };
  },
});

/** Nothing of a file that cannot be read as text: one of them does not end the search. */
async function linesOf(dir: string, path: string, signal: AbortSignal): Promise<readonly string[]> {
  try {
    const file = await openInside(dir, path, 'file');
    await using _ = file.handle;
    return (await readText(file, LARGEST_FILE, signal)).split('\n');
  } catch (error) {
    if (error instanceof ToolError) return [];
    throw error;
  }
}

/** The part of a long line in which the text is. */
function around(line: string, at: number): string {
  const plain = line.replace(/\r$/, '');
  if (plain.length <= LONGEST_LINE) return plain;
  const start = Math.max(0, Math.min(at - 50, plain.length - LONGEST_LINE));
  return `${start > 0 ? '…' : ''}${plain.slice(start, start + LONGEST_LINE)}${start + LONGEST_LINE < plain.length ? '…' : ''}`;
}
