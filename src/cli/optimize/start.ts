import { join, resolve } from 'node:path';
import { EXIT } from '../../core/exit-code.ts';
import type { Json } from '../../core/json.ts';
import type { Call } from '../command.ts';
import { newRunId } from '../run/run-id.ts';
import { conclude } from './conclude.ts';
import type { OptimizeFlags } from './flags.ts';
import { planLines, refuseTooSmall } from './plan-lines.ts';
import { createRunFolder, engineerDir, type RunFile, readEvents, readRunFile, runIds } from './run-folder.ts';
import { type Setup, setUp } from './setup.ts';

/** Begins an optimisation, after its plan was printed; returns the exit code. `from` is an earlier one whose best texts it begins with. */
export async function start(call: Call, flags: OptimizeFlags, from?: NonNullable<RunFile['from']>): Promise<number> {
  const setup = await setUp(call, flags, from?.texts);
  const plan = planLines(setup, call.io.cwd);
  if (flags.dryRun) {
    await call.out.write(plan);
    return EXIT.ok;
  }
  if (!call.globals.quiet && !flags.json) await call.err.write(plan);
  refuseTooSmall(setup, call.globals.yes);
  const run = { ...runFile(call, flags, setup), ...(from === undefined ? {} : { from }) };
  const folder = flags.runDir === undefined ? join(engineerDir(call), run.id) : resolve(call.io.cwd, flags.runDir);
  createRunFolder(folder, run);
  return conclude(call, flags, setup, folder);
}

function runFile(call: Call, flags: OptimizeFlags, setup: Setup): RunFile {
  const { chain, dataset, task, texts, budget, timeMs, improver, hash } = setup;
  const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);
  const { keep, ...options } = call.options;
  const id = newRunId(call.io.clock.now(), call.io.random);
  const test = ids(task.test);
  return {
    schema: 'promptchain.engineer.run.v1',
    id,
    name: flags.runDir ?? id,
    started: new Date(call.io.clock.now()).toISOString(),
    cwd: call.io.cwd,
    chain: chain.file,
    data: dataset.file,
    hash,
    options: JSON.parse(JSON.stringify({ ...options, keep: (keep as RegExp[]).map(({ source }) => source) })) as {
      readonly [name: string]: Json;
    },
    args: call.args,
    improver: improver.uses.models[0]?.id ?? '',
    models: [...new Set(chain.uses.models.map(({ id }) => id))],
    seed: flags.seed,
    budget: { ...budget, ...(timeMs === undefined ? {} : { timeMs }) },
    splits: { train: ids(task.train), val: ids(task.val), test },
    testUses: 1 + usesOf(call, dataset.file, test),
    places: texts.places,
    originals: Object.fromEntries(texts.originals),
  };
}

/** Runs of this folder that these rows have already decided. */
function usesOf(call: Call, data: string, test: readonly string[]): number {
  return runIds(call).filter((id) => {
    const folder = join(engineerDir(call), id);
    const run = readRunFile(folder);
    if (run.data !== data || JSON.stringify(run.splits.test) !== JSON.stringify(test)) return false;
    return readEvents(folder).some(({ type }) => type === 'verdict');
  }).length;
}
