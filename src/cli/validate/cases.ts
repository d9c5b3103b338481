import { ChainError } from '../../core/errors.ts';
import type { Call } from '../command.ts';
import { readCases } from '../test/read-cases.ts';
import type { Checked } from './check.ts';

/** The check of a chain with that of the cases it lists or names. */
export function withCases(checked: Checked, { io, options }: Call): Checked {
  const { chain, problems, sources } = checked;
  if (chain?.tests === undefined) return checked;
  const found = caseProblems(io, chain);
  const severe =
    options.strict === true ? found.problems.map((problem) => ({ ...problem, severity: 'error' as const })) : found.problems;
  return { ...checked, problems: [...problems, ...severe], sources: new Map([...sources, ...found.sources]) };
}

function caseProblems(io: Call['io'], chain: NonNullable<Checked['chain']>): Pick<ChainError, 'problems' | 'sources'> {
  try {
    const { warnings, sources } = readCases({ io }, chain, undefined).dataset;
    return { problems: warnings, sources };
  } catch (error) {
    if (error instanceof ChainError) return error;
    throw error;
  }
}
