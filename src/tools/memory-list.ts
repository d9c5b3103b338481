import { z } from 'zod';
import { defineBuiltIn } from './built-in.ts';

const MOST_KEYS = 1_000;

/** The keys of the chain's memory. */
export const memoryList = defineBuiltIn({
  name: 'memory.list',
  description: `Lists the keys in the memory that this chain keeps between runs, one a line, sorted, at most ${MOST_KEYS}.`,
  options: z.strictObject({ prefix: z.string().max(200).optional().describe('only keys that begin so') }),
  effect: 'none',
  async run({ prefix = '' }, { scope }) {
    const keys = Object.keys(await scope.memory.read())
      .filter((key) => key.startsWith(prefix))
      .sort();
    const shown = keys.slice(0, MOST_KEYS);
    const more = keys.length > shown.length ? `\n[cut here: ${keys.length} keys, ${shown.length} are shown]` : '';
    return { text: shown.length === 0 ? 'no keys' : `${shown.join('\n')}${more}`, data: { keys: shown, total: keys.length } };
  },
});
