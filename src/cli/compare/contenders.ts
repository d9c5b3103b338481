import { dirname, resolve } from 'node:path';
import type { Chain } from '../../core/chain.ts';
import type { Case, Dataset } from '../../core/dataset.ts';
import { UsageError } from '../../core/errors.ts';
import { readDataset } from '../../eval/dataset.ts';
import { displayPath } from '../../terminal/frame.ts';
import type { Call } from '../command.ts';
import { promptChain } from '../engineer/prompt-chain.ts';
import { targetsOf } from '../improve/targets.ts';
import { checkAgainst } from '../run/check.ts';
import { readTextFile } from '../run/read-text.ts';
import { load, readyWorld } from '../run/world.ts';
import { caseInputs } from '../test/case-inputs.ts';
import { dataFiles } from '../test/data-files.ts';
import type { TestFlags } from '../test/flags.ts';
import { pickCases } from '../test/pick-cases.ts';
import type { Prepared } from '../test/prepare.ts';
import { requireTrust } from '../trust/require.ts';

/** What takes part in a duel: a chain, or a prompt as a chain of one step. */
export interface Contender {
  /** As the command line names it. */
  readonly name: string;
  readonly prepared: Prepared;
}

/** All that is named, ready to be run on the inputs before anything is paid for. */
export async function contendersOf(call: Call, flags: TestFlags, inputs: string): Promise<readonly Contender[]> {
  const dataset = inputsIn(call, flags, inputs);
  const contenders: Contender[] = [];
  for (const name of call.args) {
    const own = { ...flags, chain: name };
    const chain = await chainNamed(call, own);
    const given = caseInputs(chain, dataset);
    const openModel = await readyWorld(call, own, chain);
    await requireTrust(call, chain, { trust: flags.trust });
    contenders.push({ name, prepared: { chain, dataset, inputs: given, openModel, judges: new Map() } });
  }
  return contenders;
}

async function chainNamed(call: Call, flags: TestFlags): Promise<Chain> {
  const name = flags.chain;
  if (/\.ya?ml#/i.test(name))
    throw new UsageError(`${name} names a step, and what is compared is a whole chain or a prompt file`, {
      help: 'put each version of the prompt into a file, or compare two chains',
    });
  if (!/\.ya?ml$/i.test(name)) {
    const [prompt] = await targetsOf(call, name);
    return promptChain(call, name, prompt?.text ?? '', flags.model);
  }
  const chain = await load(call, flags);
  const { cache: _, ...own } = flags;
  checkAgainst(chain, own);
  return chain;
}

/** A dataset without what it expects, or a text file with an input a line. */
function inputsIn({ io: { cwd } }: Call, flags: TestFlags, name: string): Dataset {
  const file = resolve(cwd, name);
  if (/\.txt$/i.test(name)) {
    const lines = readTextFile(file, flags.maxInputBytes, '--inputs').split(/\r?\n/);
    const cases = lines.flatMap((input, index) =>
      input.trim() === '' ? [] : [bare(String(index + 1), { input, vars: {} }, file)],
    );
    return withCases(pickCases({ file, cases, warnings: [], sources: new Map() }, flags), name);
  }
  const read = readDataset(
    file,
    dataFiles(dirname(file), (each) => displayPath(each, cwd)),
  );
  const { cases, ...dataset } = pickCases(read, flags);
  return withCases({ ...dataset, cases: cases.map((each) => bare(each.id, each, file)) }, name);
}

function withCases(dataset: Dataset, name: string): Dataset {
  if (dataset.cases.length > 0) return dataset;
  throw new UsageError(`--inputs: ${name} has no input`, { code: 'PC2051' });
}

/** A case that nothing is expected of. */
export function bare(id: string, { input, vars }: Pick<Case, 'input' | 'vars'>, file: string): Case {
  return {
    id,
    vars,
    assertions: [],
    weight: 1,
    metadata: {},
    position: { file, line: 1, column: 1 },
    ...(input === undefined ? {} : { input }),
  };
}
