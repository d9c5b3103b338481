import { loadChain } from '../../chain/load.ts';
import type { LoadOptions } from '../../chain/options.ts';
import type { Chain } from '../../core/chain.ts';
import { ChainError, UsageError } from '../../core/errors.ts';

/**
 * Loads the chain as the command line asks for it. Throws `ChainError`, and `UsageError` when the file is in order and only
 * what `--model` and `--set` want of it is not: then no line of the file is to blame, and none is shown.
 */
export function loadAsked(file: string, options: LoadOptions): Chain {
  try {
    return loadChain(file, options);
  } catch (error) {
    throw error instanceof ChainError ? (usageErrorOf(error) ?? error) : error;
  }
}

const COMMAND_LINE = 'PC1116';

function usageErrorOf({ problems }: ChainError): UsageError | undefined {
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (!errors.every(({ code }) => code === COMMAND_LINE)) return undefined;
  const message = errors.map((problem) => problem.message).join('\n');
  const helps = errors.flatMap(({ label, help }) => [label, help].filter((line) => line !== undefined));
  return new UsageError(message, { code: COMMAND_LINE, help: [...new Set(helps)].join('\n') });
}
