import type { Chain } from '../../core/chain.ts';
import type { Dataset } from '../../core/dataset.ts';
import { ChainError, UsageError } from '../../core/errors.ts';
import type { OpenModel } from '../../core/model.ts';
import { codeIn, needsJudge } from '../../eval/needs.ts';
import type { Call } from '../command.ts';
import { explainProblems } from '../explain.ts';
import { checkAgainst } from '../run/check.ts';
import { readyModels } from '../run/models.ts';
import { load, readyWorld } from '../run/world.ts';
import { requireTrust } from '../trust/require.ts';
import type { CaseInputs } from './case-inputs.ts';
import type { TestFlags } from './flags.ts';
import { judgeChains } from './judge.ts';
import { pickCases } from './pick-cases.ts';
import { readCases } from './read-cases.ts';

/** All that an evaluation needs, found to be there before anything is called or paid for. */
export interface Prepared {
  readonly chain: Chain;
  readonly dataset: Dataset;
  readonly inputs: ReadonlyMap<Dataset['cases'][number], CaseInputs>;
  readonly openModel: OpenModel;
  /** By the name of their prompt; empty when no case needs a judge. */
  readonly judges: ReadonlyMap<string, Chain>;
}

/** `dataOf` names the dataset where it is not that of `--data` or of the chain's tests. */
export async function prepare(
  call: Call,
  flags: TestFlags,
  dataOf: (chain: Chain) => string | undefined = () => flags.data,
): Promise<Prepared> {
  const chain = await load(call, flags);
  const { cache: _, ...given } = flags;
  checkAgainst(chain, given);
  const { dataset: all, inputs } = readCases(call, chain, dataOf(chain));
  const dataset = pickCases(all, flags);
  await tellWarnings(call, flags, dataset);
  const judges = needsJudge(dataset.cases) ? judgeChains(call, judgeModel(flags, chain)) : new Map<string, Chain>();
  const openModel = await readyWorld(call, flags, chain);
  const [judge] = judges.values();
  // Stubs stand for the chain's models alone.
  if (judge !== undefined && flags.replay === undefined) await readyModels(call, flags, judge);
  const also = codeIn(dataset.cases).map(({ id, ...code }) => ({ what: 'function' as const, name: `case ${id}`, ...code }));
  await requireTrust(call, chain, { trust: flags.trust, also });
  return { chain, dataset, inputs, openModel, judges };
}

/** Throws `UsageError` when none is named. */
export function judgeModel({ judgeModel: named }: TestFlags, { engineer }: Pick<Chain, 'engineer'>): string {
  const model = named ?? engineer?.models.judge;
  if (model !== undefined) return model;
  throw new UsageError('a model has to judge, and none is named', {
    code: 'PC2052',
    help: 'name one with --judge-model provider/model; another than the one under test judges more fairly',
  });
}

async function tellWarnings(
  { err, paint, io, globals }: Call,
  { strict, json }: TestFlags,
  { warnings, sources }: Dataset,
): Promise<void> {
  if (warnings.length === 0) return;
  if (strict)
    throw new ChainError(
      warnings.map((problem) => ({ ...problem, severity: 'error' })),
      sources,
    );
  if (globals.quiet || (json && !err.isTTY && !globals.verbose)) return;
  await err.write(explainProblems(warnings, sources, { paint, cwd: io.cwd }));
}
