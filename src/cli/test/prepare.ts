import type { Chain } from '../../core/chain.ts';
import type { Dataset } from '../../core/dataset.ts';
import { ChainError, UsageError } from '../../core/errors.ts';
import type { OpenModel } from '../../core/model.ts';
import type { Problem } from '../../core/problem.ts';
import { assertionsIn, codeIn, needsJudge } from '../../eval/needs.ts';
import { nearest } from '../../lib/nearest.ts';
import type { Call } from '../command.ts';
import { explainProblems } from '../explain.ts';
import { checkAgainst, namesOf } from '../run/check.ts';
import { readyModels } from '../run/models.ts';
import { load, readyWorld } from '../run/world.ts';
import { isAnswered } from '../traffic/open.ts';
import { requireTrust } from '../trust/require.ts';
import { type CaseInputs, caseInputs } from './case-inputs.ts';
import type { TestFlags } from './flags.ts';
import { judgeChains } from './judge.ts';
import { loadDataset } from './load-dataset.ts';
import { pickCases } from './pick-cases.ts';

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
  checkAgainst(chain, flags);
  const dataset = pickCases(loadDataset(call, chain, dataOf(chain)), flags);
  checkSteps(chain, dataset);
  const inputs = caseInputs(chain, dataset);
  await tellWarnings(call, flags, dataset);
  const judges = needsJudge(dataset.cases) ? judgeChains(call, judgeModel(flags, chain)) : new Map<string, Chain>();
  const openModel = await readyWorld(call, flags, chain);
  if (!isAnswered(flags))
    for (const judge of [...judges.values()].slice(0, 1)) await readyModels(call, { requireLlm: true }, judge);
  const also = codeIn(dataset.cases).map(({ id, ...code }) => ({ what: 'function' as const, name: `case ${id}`, ...code }));
  await requireTrust(call, chain, { trust: flags.trust, also });
  return { chain, dataset, inputs, openModel, judges };
}

function judgeModel({ judgeModel: named }: TestFlags, { engineer }: Chain): string {
  const model = named ?? engineer?.models.judge;
  if (model !== undefined) return model;
  throw new UsageError('some cases are judged by a model, and none is named', {
    code: 'PC2052',
    help: 'name one with --judge-model provider/model; another than the one under test judges more fairly',
  });
}

/** Every `step` of an assertion is a step of the chain. */
function checkSteps(chain: Chain, { cases, sources }: Dataset): void {
  const names = namesOf([...chain.steps, ...chain.finally], '');
  const problems = cases.flatMap((each) =>
    assertionsIn(each).flatMap(({ step, position }): Problem[] => {
      if (step === undefined || names.includes(step)) return [];
      const near = nearest(step, names);
      const message = `the chain has no step "${step}"`;
      const label = near === undefined ? {} : { label: `did you mean "${near}"?` };
      return [{ code: 'PC1504', severity: 'error', message, position, ...label, help: `its steps are: ${names.join(', ')}` }];
    }),
  );
  if (problems.length > 0) throw new ChainError(problems, sources);
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
