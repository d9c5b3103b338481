import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { StoreError, UsageError } from '../../core/errors.ts';
import { textOf } from '../../core/json.ts';
import type { RunResult } from '../../core/run.ts';
import { fileCause } from '../../lib/file-cause.ts';
import { isLast, type Renderer } from '../../terminal/renderer.ts';
import { runSummary } from '../../terminal/summary.ts';
import type { Call } from '../command.ts';
import { createRedactor, secretsOf } from '../redact.ts';
import { type About, failureResult } from './failure.ts';
import { openFileOutput } from './file-output.ts';
import type { RunFlags } from './flags.ts';

/** What a run leaves besides its output: the file of `--summary`, and with `--github` the summary and the outputs of a job's step. */
export interface RunReport extends Renderer {
  discard(): void;
}

/** Undefined when no option asks for one. Throws `UsageError` when the summary could not be written. */
export function openReport({ io }: Pick<Call, 'io'>, flags: RunFlags): RunReport | undefined {
  if (flags.summary === undefined && !flags.github) return undefined;
  const file = flags.summary === undefined ? undefined : openFileOutput(resolve(io.cwd, flags.summary));
  return {
    write(event) {
      if (!isLast(event)) return;
      const page = runSummary(event.result);
      void file?.write(page);
      file?.commit();
      if (flags.github) tellActions(event.result, page, io.env);
    },
    end: () => Promise.resolve(),
    discard: () => file?.discard(),
  };
}

interface Failing {
  readonly summary: string | undefined;
  readonly github: boolean;
}

/** The same of a run that failed before it began, or after it had ended. Only warns when it cannot. */
export async function reportFailure(call: Call, flags: Failing, error: unknown, about: About): Promise<void> {
  const { io, err, paint } = call;
  const redact = createRedactor(secretsOf(io.env, [])).text;
  try {
    const page = redact(runSummary(failureResult(error, about)));
    if (flags.summary !== undefined) writeWhole(resolve(io.cwd, flags.summary), page);
    if (flags.github) tellActions(failureResult(error, about), page, io.env);
  } catch (cause) {
    await err.write(`${paint.yellow('warning')}: the summary is not written: ${fileCause(cause)}\n`);
  }
}

function writeWhole(path: string, text: string): void {
  const file = openFileOutput(path);
  try {
    void file.write(text);
    file.commit();
  } finally {
    file.discard();
  }
}

/** The files in which a step of GitHub Actions leaves its summary and its outputs. */
function tellActions(result: RunResult, page: string, env: Call['io']['env']): void {
  if (env.GITHUB_STEP_SUMMARY) append(env.GITHUB_STEP_SUMMARY, `${page}\n`);
  if (!env.GITHUB_OUTPUT) return;
  const values = {
    status: result.status,
    cost_usd: result.cost_usd === null ? '' : String(result.cost_usd),
    output: textOf(result.output ?? ''),
  };
  append(
    env.GITHUB_OUTPUT,
    Object.entries(values)
      .map(([name, value]) => outputEntry(name, value))
      .join(''),
  );
}

function append(path: string, text: string): void {
  try {
    appendFileSync(path, text);
  } catch (cause) {
    throw new StoreError(`cannot write "${path}": ${fileCause(cause)}`, { code: 'PC2025', cause });
  }
}

/** The end mark is random: a text that holds it, to set outputs of its own, would have to guess it. */
function outputEntry(name: string, value: string): string {
  const end = `end_${randomBytes(16).toString('hex')}`;
  return `${name}<<${end}\n${value}\n${end}\n`;
}

/** `--github` is for a step of a job, which has these files. */
export function checkGithub({ github }: Pick<RunFlags, 'github'>, { env }: Call['io']): void {
  if (!github || env.GITHUB_OUTPUT || env.GITHUB_STEP_SUMMARY) return;
  throw new UsageError(
    '--github is given, but neither GITHUB_OUTPUT nor GITHUB_STEP_SUMMARY is set: this is not GitHub Actions',
    {
      code: 'PC2027',
      help: 'write the summary to a file of your own with --summary',
    },
  );
}
