import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Chain } from '../../core/chain.ts';
import { UsageError } from '../../core/errors.ts';
import { chainsIn } from '../../lib/chains.ts';
import type { RunFlags } from './flags.ts';

/** What a run writes may not take the place of a chain file it is made of. Throws `UsageError`. */
export function spareChainFiles(chain: Chain, flags: Pick<RunFlags, 'output' | 'summary' | 'record'>, cwd: string): void {
  const files = chainFiles(chain);
  for (const [option, path] of Object.entries({
    '--output': flags.output,
    '--summary': flags.summary,
    '--record': flags.record,
  })) {
    if (path === undefined || !isOneOf(files, path, cwd)) continue;
    throw new UsageError(`${option}: "${path}" is the chain file: it would be lost`, {
      code: 'PC2025',
      help: 'name another file',
    });
  }
}

/** The files of a chain and of every chain it runs. */
export function chainFiles(chain: Chain): readonly string[] {
  return chainsIn(chain).map(({ file }) => file);
}

/** Tells whether a path leads to one of these files, through links too. */
export function isOneOf(files: readonly string[], path: string, cwd: string): boolean {
  const target = real(resolve(cwd, path));
  return files.some((file) => real(resolve(cwd, file)) === target);
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
