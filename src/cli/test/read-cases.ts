import type { Chain } from '../../core/chain.ts';
import type { Case, Dataset } from '../../core/dataset.ts';
import { ChainError } from '../../core/errors.ts';
import type { Problem } from '../../core/problem.ts';
import { assertionsIn } from '../../eval/needs.ts';
import { nearest } from '../../lib/nearest.ts';
import type { Call } from '../command.ts';
import { asFirst, namesOf } from '../run/check.ts';
import { type CaseInputs, caseInputs } from './case-inputs.ts';
import { loadDataset } from './load-dataset.ts';

/** The cases of `--data` or of the chain, and what each gives the chain. Throws `ChainError` when they do not go together. */
export function readCases(
  call: Pick<Call, 'io'>,
  chain: Chain,
  data: string | undefined,
): { readonly dataset: Dataset; readonly inputs: ReadonlyMap<Case, CaseInputs> } {
  const dataset = loadDataset(call, chain, data);
  checkSteps(chain, dataset);
  return { dataset, inputs: caseInputs(chain, dataset) };
}

/** Every `step` of an assertion is a step of the chain. */
function checkSteps(chain: Chain, { cases, sources }: Dataset): void {
  const names = namesOf(chain);
  const problems = cases.flatMap((each) =>
    assertionsIn(each).flatMap(({ step, position }): Problem[] => {
      if (step === undefined || names.includes(asFirst(step))) return [];
      const near = nearest(step, names);
      const message = `the chain has no step "${step}"`;
      const label = near === undefined ? {} : { label: `did you mean "${near}"?` };
      return [{ code: 'PC1504', severity: 'error', message, position, ...label, help: `its steps are: ${names.join(', ')}` }];
    }),
  );
  if (problems.length > 0) throw new ChainError(problems, sources);
}
