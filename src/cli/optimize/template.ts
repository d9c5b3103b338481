import { UsageError } from '../../core/errors.ts';
import { SLOTS } from '../../engineer/reflection-prompt.ts';
import { readTextFile } from '../run/read-text.ts';

const LARGEST = 64 * 1024;

/** The user's own question to the model that writes prompts. Throws `UsageError` when it lacks what it cannot do without. */
export function templateOf(file: string): string {
  const text = readTextFile(file, LARGEST, '--reflect-template');
  const missing = SLOTS.slice(0, 2).filter((name) => !text.includes(`{${name}}`));
  if (missing.length === 0) return text;
  throw new UsageError(`--reflect-template: it has no ${missing.map((name) => `{${name}}`).join(' and no ')}`, {
    code: 'PC2022',
    help: `it may have ${SLOTS.map((name) => `{${name}}`).join(', ')}; how to answer is added to it`,
  });
}
