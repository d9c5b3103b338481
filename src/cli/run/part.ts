import type { Chain } from '../../core/chain.ts';
import { UsageError } from '../../core/errors.ts';
import { nearest } from '../../lib/nearest.ts';
import type { PartFlags } from './part-flags.ts';

/** The chain as far as `--until` or `--only` want it run: its output is then that of its last step. */
export function partOf(chain: Chain, { from, until, only }: PartFlags): Chain {
  if (from !== undefined) indexOf(chain, from, '--from');
  const last = only ?? until;
  if (last === undefined) return chain;
  const end = indexOf(chain, last, only === undefined ? '--until' : '--only');
  if (from !== undefined && indexOf(chain, from, '--from') > end) {
    throw new UsageError(`--from "${from}" comes after --until "${last}"`);
  }
  const { output: _, ...rest } = chain;
  return { ...rest, steps: chain.steps.slice(0, end + 1) };
}

function indexOf({ steps }: Chain, id: string, flag: string): number {
  const index = steps.findIndex((step) => step.id === id);
  if (index !== -1) return index;
  const ids = steps.flatMap((step) => step.id ?? []);
  const near = nearest(id, ids);
  const known =
    ids.length === 0 ? 'give the steps of the chain an id to name them' : `its steps with an id are: ${ids.join(', ')}`;
  throw new UsageError(`${flag}: the chain itself has no step "${id}"`, {
    code: 'PC2026',
    help: near === undefined ? known : `did you mean "${near}"?`,
  });
}
