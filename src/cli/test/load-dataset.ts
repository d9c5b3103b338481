import { dirname, resolve } from 'node:path';
import type { Chain } from '../../core/chain.ts';
import type { Dataset } from '../../core/dataset.ts';
import { UsageError } from '../../core/errors.ts';
import { datasetOf, readDataset } from '../../eval/dataset.ts';
import { displayPath } from '../../terminal/frame.ts';
import type { Call } from '../command.ts';
import { dataFiles } from './data-files.ts';

/** The cases to run: those of `--data`, else those of the chain. Throws `ChainError` with everything wrong with them. */
export function loadDataset({ io: { cwd } }: Pick<Call, 'io'>, chain: Chain, data: string | undefined): Dataset {
  const shown = (file: string): string => displayPath(file, cwd);
  if (data !== undefined) return readNamed(resolve(cwd, data), shown);
  if (chain.tests === undefined) {
    throw new UsageError('there are no cases: the chain has no "tests", and --data is not given', {
      code: 'PC2050',
      help: 'name a dataset with --data cases.jsonl, or write cases into the chain; promptchain help assertions shows how',
    });
  }
  if ('file' in chain.tests) return readNamed(chain.tests.file, shown);
  return datasetOf(chain.tests.cases, chain.file, chain.sources.get(chain.file) ?? '', dataFiles(chain.dir, shown));
}

function readNamed(file: string, shown: (file: string) => string): Dataset {
  return readDataset(file, dataFiles(dirname(file), shown));
}
