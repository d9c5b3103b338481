import { UsageError } from '../../core/errors.ts';
import type { Call } from '../command.ts';
import type { ServeFlags } from './flags.ts';
import { type ReadyChain, readyChain } from './ready.ts';

/** Makes the chains of a server ready for as long as `use` takes; their own servers end with it. Throws `UsageError` for names that cannot be served. */
export async function withChains<T>(
  call: Call,
  flags: ServeFlags,
  use: (ready: readonly ReadyChain[]) => Promise<T>,
): Promise<T> {
  const ready: ReadyChain[] = [];
  try {
    for (const file of flags.chains) ready.push(await readyChain(call, flags, file));
    checkNames(ready);
    return await use(ready);
  } finally {
    for (const { toolbox } of ready) await toolbox?.[Symbol.asyncDispose]();
  }
}

function checkNames(ready: readonly ReadyChain[]): void {
  const names = new Set<string>();
  for (const { chain } of ready) {
    if (names.has(chain.name)) throw new UsageError(`two chains are named "${chain.name}"`, { code: 'PC2041' });
    if (!IN_ADDRESS.test(chain.name)) {
      throw new UsageError(`the name "${chain.name}" does not fit an address`, {
        code: 'PC2042',
        help: 'use letters, digits, -, _ and . in the "name" of a chain that is served',
      });
    }
    names.add(chain.name);
  }
}

/** Also what MCP allows the name of a tool to be. */
const IN_ADDRESS = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
