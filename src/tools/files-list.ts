import { z } from 'zod';
import { defineBuiltIn } from './built-in.ts';
import { pathPattern } from './path-pattern.ts';
import { type Entry, MOST_ENTRIES, walk } from './walk.ts';

const MOST_SHOWN = 1_000;

/** What is in a folder. */
export const filesList = defineBuiltIn({
  name: 'files.list',
  description:
    "Lists what is in a folder inside the chain's folder, one path a line, folders with a slash at the end. With a pattern it " +
    'lists the files that fit, from all folders below. Links are shown with @ and not followed; .git and node_modules are left ' +
    `out. At most ${MOST_SHOWN} paths come back.`,
  options: z.strictObject({
    path: z.string().min(1).max(4_000).optional().describe("the folder, relative to the chain's; by default the chain's itself"),
    pattern: z.string().min(1).max(500).optional().describe('such as *.md, docs/**/*.ts or *.{yaml,yml}'),
  }),
  effect: 'none',
  async run({ path = '.', pattern }, { scope, signal }) {
    const fits = pattern === undefined ? undefined : pathPattern(pattern);
    const found: Entry[] = [];
    const entries = walk(path, { dir: scope.dir, signal, deep: fits !== undefined });
    let more = false;
    let next = await entries.next();
    for (; !next.done; next = await entries.next()) {
      const entry = next.value;
      if (fits !== undefined && (entry.kind !== 'file' || !fits(entry.path))) continue;
      more = found.length === MOST_SHOWN;
      if (more) break;
      found.push(entry);
    }
    const notes = [
      ...(more ? [`[cut here: ${MOST_SHOWN} paths are shown, there are more]`] : []),
      ...(next.value === true ? [`[stopped after ${MOST_ENTRIES} entries]`] : []),
    ];
    const lines = found.map(({ path: name, kind }) => name + MARKS[kind]);
    const text = lines.length === 0 ? ['nothing found'] : lines;
    return {
      text: [...text, ...notes].join('\n'),
      data: { entries: found.map((entry) => ({ ...entry })), cut: notes.length > 0 },
    };
  },
});

const MARKS = { file: '', folder: '/', link: '@', other: '' } as const;
