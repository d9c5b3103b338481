import { StoreError } from '../../core/errors.ts';
import type { Call } from '../command.ts';
import { conclude } from './conclude.ts';
import { bestTexts } from './findings.ts';
import { optimizeFlags } from './flags.ts';
import { reportData } from './report/data.ts';
import { isRunning, type RunFile, readEvents, readRunFile, runFolder } from './run-folder.ts';
import { setUp } from './setup.ts';
import { start } from './start.ts';

/** Goes on with the optimisation that the command line names, with its own options; returns the exit code. */
export async function resume(call: Call): Promise<number> {
  const folder = runFolder(call, call.args[0] ?? '');
  const run = readRunFile(folder);
  if (isRunning(folder)) throw new StoreError(`run ${run.id} is still going`, { code: 'PC8610', help: 'end it first, or wait' });
  const { force, ...given } = call.options;
  const isFinished = readEvents(folder).some(({ type }) => type === 'verdict');
  if (isFinished && force !== true) {
    const help = `promptchain engineer show ${run.id}; --force begins a new run with its best texts`;
    throw new StoreError(`run ${run.id} has finished: there is nothing to resume`, { code: 'PC8612', help });
  }
  const keep = ((run.options.keep ?? []) as string[]).map((source) => new RegExp(source));
  const raised = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const options = { ...run.options, keep, timeout: undefined, ...raised, runDir: folder };
  const there: Call = { ...call, args: run.args, options, io: { ...call.io, cwd: run.cwd } };
  const flags = optimizeFlags(there);
  if (isFinished) return anew(there, folder, run);
  const setup = await setUp(there, flags, run.from?.texts);
  if (setup.hash !== run.hash) {
    if (force === true) return anew(there, folder, run);
    throw new StoreError(`the chain, its prompts or the rows changed since run ${run.id} began`, {
      code: 'PC8612',
      help: 'put them back as they were, or begin a new run with the best texts of this one: --force',
    });
  }
  return conclude(there, flags, setup, folder);
}

/** A new run, with the chain and the rows as they are now, that begins with the best texts of one that cannot be gone on with. */
async function anew(call: Call, folder: string, run: RunFile): Promise<number> {
  const texts = bestTexts(reportData(run, readEvents(folder), run.cwd));
  const { runDir: _, ...options } = call.options;
  if (!call.globals.quiet && options.json !== true)
    await call.err.write(`a new run, which begins with the best texts of run ${run.id}\n`);
  const again = { ...call, options };
  return start(again, optimizeFlags(again), { run: run.id, texts });
}
