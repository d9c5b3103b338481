import { resolve } from 'node:path';
import { ask } from '../ask.ts';
import type { Call } from '../command.ts';
import { openFileOutput } from '../run/file-output.ts';
import { applyTexts } from './apply.ts';
import { drive, isPause } from './drive.ts';
import { bestTexts, contentsOf, writeFindings } from './findings.ts';
import type { OptimizeFlags } from './flags.ts';
import type { ReportData } from './report/data.ts';
import { printReport } from './report/print.ts';
import { type RunFile, readRunFile } from './run-folder.ts';
import type { Setup } from './setup.ts';

/** Drives the run to its end, or to where it is ended, writes and prints the report, and returns the exit code. */
export async function conclude(call: Call, flags: OptimizeFlags, setup: Setup, folder: string): Promise<number> {
  const { events, exitCode, error } = await drive(call, flags, setup, folder);
  const run = readRunFile(folder);
  const data = events.length === 0 ? undefined : writeFindings(call, folder);
  const { err, globals } = call;
  if (error !== undefined) {
    if (data !== undefined && flags.json) await printReport(call, data, true);
    const again = `promptchain engineer resume ${run.name}`;
    if (!isPause(error)) {
      if (!globals.quiet) await err.write(`nothing is lost: ${again}\n`);
      throw error;
    }
    await err.write(`${(error as Error).message}; nothing is lost: ${again}\n`);
    return exitCode;
  }
  if (data === undefined) return exitCode;
  await printReport(call, data, flags.json);
  if (flags.out !== undefined) await writeOut(call, flags.out, run, data);
  if (data.verdict === 'improved' && (flags.write || (await agrees(call, flags)))) await applyTexts(call, run, bestTexts(data));
  return exitCode;
}

/** The one file of the texts, with the better ones in it, at another place. */
async function writeOut({ io, err, globals }: Call, out: string, run: RunFile, data: ReportData): Promise<void> {
  const [content = ''] = contentsOf(run, bestTexts(data)).values();
  if (data.verdict === 'improved') {
    const output = openFileOutput(resolve(io.cwd, out));
    await output.write(content);
    output.commit();
  }
  if (!globals.quiet)
    await err.write(data.verdict === 'improved' ? `wrote ${out}\n` : `${out} was not written: ${data.verdict}\n`);
}

/** Somebody at a terminal wants the texts written. */
async function agrees({ io, interactive, globals }: Call, { json, out }: OptimizeFlags): Promise<boolean> {
  if (!interactive || json || out !== undefined || globals.yes) return false;
  return /^y(es)?$/i.test((await ask(io, 'write the better texts into their files? [y/N] ')).trim());
}
