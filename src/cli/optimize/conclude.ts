import type { Call } from '../command.ts';
import { applyTexts } from './apply.ts';
import { drive, isPause } from './drive.ts';
import { bestTexts, writeFindings } from './findings.ts';
import type { OptimizeFlags } from './flags.ts';
import { printReport } from './report/print.ts';
import { readRunFile } from './run-folder.ts';
import type { Setup } from './setup.ts';

/** Drives the run to its end, or to where it is ended, writes and prints the report, and returns the exit code. */
export async function conclude(call: Call, flags: OptimizeFlags, setup: Setup, folder: string): Promise<number> {
  const { events, exitCode, error } = await drive(call, flags, setup, folder);
  const run = readRunFile(folder);
  const data = events.length === 0 ? undefined : writeFindings(call, folder);
  const { err, globals } = call;
  if (error !== undefined) {
    if (data !== undefined && flags.json) await printReport(call, data, true);
    const again = `promptchain engineer resume ${flags.runDir ?? run.id}`;
    if (!isPause(error)) {
      if (!globals.quiet) await err.write(`nothing is lost: ${again}\n`);
      throw error;
    }
    await err.write(`${(error as Error).message}; nothing is lost: ${again}\n`);
    return exitCode;
  }
  if (data === undefined) return exitCode;
  await printReport(call, data, flags.json);
  if (flags.write && data.verdict === 'improved') await applyTexts(call, run, bestTexts(data));
  return exitCode;
}
