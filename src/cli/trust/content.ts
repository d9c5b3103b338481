import { createHash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import type { Chain } from '../../core/chain.ts';
import { chainsIn } from '../../lib/chains.ts';
import type { Runnable } from './what-runs.ts';

/**
 * What was agreed to: a hash over the chain files, what they run, and the files that are run. Another byte in any of them is
 * another content. What those files load in turn is not followed.
 */
export function contentOf(chain: Chain, runnables: readonly Runnable[]): string {
  const hash = createHash('sha256');
  for (const { file, sha256 } of chainsIn(chain)) hash.update(`chain\0${file}\0${sha256}\n`);
  for (const { what, file, name, text } of runnables) hash.update(`${JSON.stringify([what, file, name, text])}\n`);
  for (const file of new Set(runnables.flatMap(({ files }) => files))) hash.update(`file\0${file}\0${digest(file)}\n`);
  return hash.digest('hex');
}

/** Where a chain really is, links followed; one from stdin is in no place. */
export function realFile({ file }: Pick<Chain, 'file'>): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

function digest(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch {
    return 'unreadable';
  }
}
