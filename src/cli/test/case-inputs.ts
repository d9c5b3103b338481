import type { Chain } from '../../core/chain.ts';
import type { Case, Dataset } from '../../core/dataset.ts';
import { ChainError } from '../../core/errors.ts';
import { type JsonObject, textOf } from '../../core/json.ts';
import type { Problem } from '../../core/problem.ts';
import { coerceInput, defaultsOf } from '../../lib/inputs.ts';

/** What the run of a case is given. */
export interface CaseInputs {
  readonly input: string;
  readonly inputs: JsonObject;
}

/**
 * What each case gives the chain. Vars are the inputs of that name and `input` is `{input}`; other vars are for assertions,
 * except that a single one is `{input}` of a chain that declares no inputs. Throws `ChainError` with what is missing or does not fit.
 */
export function caseInputs(chain: Chain, { cases, sources }: Dataset): ReadonlyMap<Case, CaseInputs> {
  const problems: Problem[] = [];
  const found = new Map<Case, CaseInputs>();
  for (const each of cases)
    found.set(
      each,
      inputsOf(chain, each, (message) => void problems.push(problem(each, message))),
    );
  if (problems.length > 0) throw new ChainError(problems, sources);
  return found;
}

function inputsOf(chain: Chain, asked: Case, wrong: (message: string) => void): CaseInputs {
  const inputs: JsonObject = { ...defaultsOf(chain.inputs), ...coerced(chain, asked, wrong) };
  for (const [name, { required }] of Object.entries(chain.inputs))
    if (required && !Object.hasOwn(inputs, name)) wrong(`the case gives no var "${name}", an input that the chain requires`);
  const input = asked.input ?? varAsInput(chain, asked);
  if (input === undefined && chain.uses.input) wrong('the case gives no input, and the chain reads {input}');
  return { input: input ?? '', inputs };
}

function coerced({ inputs }: Chain, { vars }: Case, wrong: (message: string) => void): JsonObject {
  const given = Object.entries(vars).flatMap(([name, raw]) => {
    const spec = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
    if (spec === undefined) return [];
    const value = coerceInput(name, spec, raw);
    if ('value' in value) return [[name, value.value] as const];
    wrong(value.problem);
    return [];
  });
  return Object.fromEntries(given);
}

function varAsInput({ inputs }: Chain, { vars }: Case): string | undefined {
  const names = Object.keys(vars);
  const [only = 'input'] = names.length === 1 && Object.keys(inputs).length === 0 ? names : [];
  return Object.hasOwn(vars, only) && !Object.hasOwn(inputs, only) ? textOf(vars[only] ?? '') : undefined;
}

function problem({ position }: Case, message: string): Problem {
  return { code: 'PC1503', severity: 'error', message, position };
}
