import { type ErrorRecord, recordOf } from '../../core/errors.ts';
import type { Event } from '../../core/event.ts';
import { statusOf } from '../../core/exit-code.ts';
import { NO_USAGE } from '../../core/model.ts';
import type { RunResult } from '../../core/run.ts';
import { jsonLine } from '../../terminal/json.ts';
import type { Call } from '../command.ts';
import { explain } from '../explain.ts';
import { exitOf } from '../leave.ts';
import { createRedactor, secretsOf } from '../redact.ts';
import type { Format } from './format.ts';

/** What is known of a run that has no result of its own. */
export interface About {
  readonly runId: string;
  readonly chain: RunResult['chain'];
}

/** The result of a run that failed before it began, or that did not come to its own end. */
export function failureResult(error: unknown, { runId, chain }: About): RunResult {
  const record: ErrorRecord = recordOf(error);
  return {
    schema: 'promptchain.result.v1',
    run_id: runId,
    chain,
    status: statusOf(error),
    exit_code: exitOf(error),
    output: null,
    steps: [],
    usage: NO_USAGE,
    cost_usd: 0,
    duration_ms: 0,
    llm: true,
    warnings: [],
    error: record,
    resume: null,
  };
}

/** The one terminal event of such a run. */
export function failureEvent(result: RunResult, seq: number): Event {
  const type = result.status === 'interrupted' ? 'run.interrupted' : 'run.failed';
  return { v: 1, seq, ts: new Date().toISOString(), run_id: result.run_id, type, result };
}

/** A failure before the run as `--json` and `--jsonl` print it. */
export function failureText(error: unknown, format: Exclude<Format, 'text'>, about: About): string {
  const result = failureResult(error, about);
  return `${jsonLine(format === 'json' ? result : failureEvent(result, 0))}\n`;
}

/** Prints it, also for people who watch, and returns the exit code. */
export async function tellAsJson(error: unknown, call: Call, format: Exclude<Format, 'text'>, about: About): Promise<number> {
  const { out, err, paint, globals, io } = call;
  const redact = createRedactor(secretsOf(io.env, [])).text;
  await out.write(redact(failureText(error, format, about)));
  await out.flush();
  if (err.isTTY || globals.verbose || out.error !== undefined)
    await err.write(redact(explain(error, { paint, cwd: io.cwd, debug: globals.debug })));
  return exitOf(error);
}
