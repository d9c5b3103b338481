import { Refused } from '../../serve/refusal.ts';
import { displayPath } from '../../terminal/frame.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import type { Call } from '../command.ts';
import { isTrustedNow } from '../trust/require.ts';
import type { ReadyChain } from './ready.ts';

/**
 * Asked before each run, because functions and scripts are read when they run: throws `Refused` PC7075 for a chain that would
 * run something else than what was trusted. The operator is told at the first refusal, and again once it has run in between.
 */
export function createTrustWatch(call: Call): (ready: Pick<ReadyChain, 'chain'>) => void {
  const told = new Set<string>();
  return ({ chain }) => {
    if (isTrustedNow(call, chain)) return void told.delete(chain.name);
    if (!told.has(chain.name)) void call.err.write(`warning[PC7075]: ${forOperator(chain, call.io.cwd)}\n`);
    told.add(chain.name);
    throw new Refused(FILES_CHANGED);
  };
}

function forOperator({ name, file }: ReadyChain['chain'], cwd: string): string {
  const path = sanitize(displayPath(file, cwd));
  return `${name} is not run: what it runs has changed, or is trusted no more; look at it, then: promptchain trust ${path}`;
}

/** What the operator has to mend: a client that asks again gets the same. */
export const FILES_CHANGED: Refused['refusal'] = {
  status: 503,
  code: 'PC7075',
  message: 'the files of the chain have changed since the server began, or it is trusted no more',
  help: 'start the server again',
  headers: { 'x-should-retry': 'false' },
};
