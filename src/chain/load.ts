import type { Chain } from '../core/chain.ts';
import { ChainError } from '../core/errors.ts';
import { checkChain } from './check.ts';
import type { LoadOptions } from './options.ts';

export type { LoadOptions } from './options.ts';

/** The chain in a file, ready to run. Throws `ChainError` with every problem of it, warnings among them. */
export function loadChain(file: string, options: LoadOptions): Chain {
  const { chain, problems, sources } = checkChain(file, options);
  if (chain === undefined) throw new ChainError(problems, sources);
  return chain;
}
