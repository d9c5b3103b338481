import { z } from 'zod';
import { defineBuiltIn } from './built-in.ts';
import { writeInside } from './write-inside.ts';

const MOST_CHARACTERS = 1_000_000;

/** A file written whole. */
export const filesWrite = defineBuiltIn({
  name: 'files.write',
  description:
    "Writes a text file inside the chain's folder, in place of what it held; missing folders are made. The file is either " +
    `written whole or not at all. At most ${MOST_CHARACTERS} characters; .git, node_modules and .env files are refused.`,
  options: z.strictObject({
    path: z.string().min(1).max(4_000).describe("relative to the chain's folder, such as out/report.md"),
    content: z.string().max(MOST_CHARACTERS).describe('the whole text of the file'),
  }),
  effect: 'idempotent',
  async run({ path, content }, { scope, signal }) {
    signal.throwIfAborted();
    const written = await writeInside(scope.dir, path, content);
    return { text: `wrote ${written.bytes} bytes to ${written.path}`, data: { ...written } };
  },
});
