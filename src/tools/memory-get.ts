import { z } from 'zod';
import { textOf } from '../core/json.ts';
import { nearest } from '../lib/nearest.ts';
import { defineBuiltIn } from './built-in.ts';

/** One value of the chain's memory. */
export const memoryGet = defineBuiltIn({
  name: 'memory.get',
  description:
    'Reads one value from the memory that this chain keeps between runs. Text comes as it is, everything else as JSON. A key ' +
    'that holds nothing is told, and is no error.',
  options: z.strictObject({ key: z.string().min(1).max(200).describe('the key, exactly as memory.list shows it') }),
  effect: 'none',
  async run({ key }, { scope }) {
    const values = await scope.memory.read();
    const value = Object.hasOwn(values, key) ? values[key] : undefined;
    if (value !== undefined) return { text: textOf(value), data: { key, found: true, value } };
    const near = nearest(key, Object.keys(values));
    const hint = near === undefined ? '' : `; did you mean "${near}"?`;
    return { text: `nothing is stored under "${key}"${hint}`, data: { key, found: false } };
  },
});
