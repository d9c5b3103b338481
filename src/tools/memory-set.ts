import { z } from 'zod';
import { defineBuiltIn } from './built-in.ts';

const MOST_CHARACTERS = 100_000;

/** Stores one value in the chain's memory. */
export const memorySet = defineBuiltIn({
  name: 'memory.set',
  description:
    'Stores one value in the memory that this chain keeps between runs, in place of what the key held. It is kept when the run ' +
    `ends well. A value may have ${MOST_CHARACTERS} characters as JSON.`,
  options: z.strictObject({
    key: z.string().min(1).max(200).describe('a short name, such as favourite_colour'),
    value: z.json().describe('text, a number, true or false, a list or a map'),
  }),
  effect: 'idempotent',
  async run({ key, value }, { scope }) {
    const size = JSON.stringify(value).length;
    if (size > MOST_CHARACTERS) {
      return { text: `the value has ${size} characters as JSON; a key may hold ${MOST_CHARACTERS}`, isError: true };
    }
    await scope.memory.write(key, value);
    return { text: `stored under "${key}"`, data: { key } };
  },
});
