import { resolve } from 'node:path';
import { type Check, checkChain } from '../../chain/check.ts';
import type { Call } from '../command.ts';
import { loadOptions } from '../load-options.ts';
import { readStdin } from '../run/read-text.ts';

/** A chain as it stands in a file, or in `text`, and everything wrong with it. */
export interface Checked extends Check {
  /** Absolute path, or `<stdin>`. */
  readonly file: string;
}

export interface Checker {
  /** `-` is stdin. */
  check(name: string): Promise<Checked>;
  /** The file with another text in it. */
  checkText(file: string, text: string): Checked;
}

/** Checks chains as `run` would load them, and touches nothing but files. */
export function createChecker(call: Call): Checker {
  const { io, options } = call;
  const load = { ...loadOptions(call), strict: options.strict === true };
  const checkText = (file: string, text: string): Checked => ({ file, ...checkChain(file, { ...load, text }) });
  return {
    checkText,
    async check(name) {
      if (name === '-') return checkText('<stdin>', await readStdin(io, MAX_BYTES));
      const file = resolve(io.cwd, name);
      return { file, ...checkChain(file, load) };
    },
  };
}

/** What a chain file may be at most. */
const MAX_BYTES = 1024 * 1024;
