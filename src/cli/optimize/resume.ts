import { StoreError } from '../../core/errors.ts';
import type { Call } from '../command.ts';
import { conclude } from './conclude.ts';
import { optimizeFlags } from './flags.ts';
import { isRunning, readEvents, readRunFile, runFolder } from './run-folder.ts';
import { setUp } from './setup.ts';

/** Goes on with the optimisation that the command line names, with its own options; returns the exit code. */
export async function resume(call: Call): Promise<number> {
  const folder = runFolder(call, call.args[0] ?? '');
  const run = readRunFile(folder);
  if (isRunning(folder)) throw new StoreError(`run ${run.id} is still going`, { code: 'PC8610', help: 'end it first, or wait' });
  if (readEvents(folder).some(({ type }) => type === 'verdict')) {
    const help = `promptchain engineer show ${run.id}`;
    throw new StoreError(`run ${run.id} has finished: there is nothing to resume`, { code: 'PC8612', help });
  }
  const keep = ((run.options.keep ?? []) as string[]).map((source) => new RegExp(source));
  const raised = Object.fromEntries(Object.entries(call.options).filter(([, value]) => value !== undefined));
  const options = { ...run.options, keep, timeout: undefined, ...raised, runDir: folder };
  const there: Call = { ...call, args: run.args, options, io: { ...call.io, cwd: run.cwd } };
  const flags = optimizeFlags(there);
  const setup = await setUp(there, flags);
  if (setup.hash !== run.hash) {
    throw new StoreError(`the chain, its prompts or the rows changed since run ${run.id} began`, {
      code: 'PC8612',
      help: 'put them back as they were, or start a new run',
    });
  }
  return conclude(there, flags, setup, folder);
}
