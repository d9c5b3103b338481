import type { Command as Parser } from 'commander';
import { UsageError } from '../../core/errors.ts';
import type { Call } from '../command.ts';

/** Which part of a chain is run, and what of an earlier run is used. */
export interface PartFlags {
  /** A run, as a person names it; `last` is the last one of the same chain. */
  readonly resume?: string;
  /** Say what would run, and run nothing. */
  readonly plan: boolean;
  /** Ids of steps of the chain itself. */
  readonly from?: string;
  readonly until?: string;
  readonly only?: string;
}

export function declarePartFlags(parser: Parser): void {
  parser
    .option('--resume [run]', 'use what an earlier run of the chain gave, the last one unless named, where nothing has changed')
    .option('--plan', 'say which steps would be reused and which would run; call nothing')
    .option('--from <id>', 'run from this step on; what comes before is taken from an earlier run')
    .option('--until <id>', 'end after this step')
    .option('--only <id>', 'run this step alone; what comes before is taken from an earlier run');
}

export function partsIn({ resume, plan, from, until, only }: Call['options']): PartFlags {
  const isFile = typeof resume === 'string' && /\.ya?ml$/.test(resume);
  if (isFile) throw new UsageError(`--resume takes a run, and "${resume}" is a file`, { help: `write --resume=last ${resume}` });
  if (only !== undefined && (from !== undefined || until !== undefined)) {
    throw new UsageError(`--only and ${from === undefined ? '--until' : '--from'} cannot both be given`);
  }
  const takesUp = resume ?? (from === undefined && only === undefined ? undefined : true);
  return {
    plan: plan === true,
    ...(takesUp === undefined ? {} : { resume: takesUp === true ? 'last' : takesUp }),
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
    ...(only === undefined ? {} : { only }),
  };
}
