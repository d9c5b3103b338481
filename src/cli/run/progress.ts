import { randomBytes } from 'node:crypto';
import { EXIT } from '../../core/exit-code.ts';
import type { RunResult } from '../../core/run.ts';
import { errorAnnotation, quarantine, warningAnnotation } from '../../terminal/github.ts';
import { interactiveRenderer } from '../../terminal/interactive.ts';
import { oneAtATime } from '../../terminal/one-at-a-time.ts';
import { colorLevel, type Paint, PLAIN } from '../../terminal/paint.ts';
import { type ProgressOptions, plainRenderer, quietRenderer } from '../../terminal/plain.ts';
import { isLast, type Renderer, SILENT, together, waitingForResult } from '../../terminal/renderer.ts';
import { canSpin, NO_SPINNER, openSpinner } from '../../terminal/spinner.ts';
import { verboseRenderer } from '../../terminal/verbose.ts';
import { type Pausing, whileAsked } from '../../terminal/while-asked.ts';
import type { Call } from '../command.ts';
import { explainRecord } from '../explain.ts';
import { openLogFile } from '../log-file.ts';
import type { RunFlags } from './flags.ts';

export interface Progress {
  readonly call: Call;
  readonly flags: RunFlags;
  /** Text of the result goes to stdout while it comes. */
  readonly live: boolean;
  /** What is said of a run that did not end well, where `run` would say something else. */
  readonly explain?: (result: RunResult, options: EndOptions) => string;
}

/** What stderr and the log file get: which form is decided here, once. */
export async function openProgress(progress: Progress): Promise<Pausing> {
  const { call, flags } = progress;
  const { renderer, makeRoom } = await stderrRenderer(progress);
  const onStderr = quarantined(progress.live ? waitingForResult(renderer) : renderer, call, flags);
  const pausing = whileAsked(onStderr, makeRoom);
  const { logFile } = call.globals;
  return logFile === undefined ? pausing : { ...pausing, ...together(pausing, logRenderer(logFile, call, flags)) };
}

/** With JSON on stdout, stderr stays empty for `2>&1 | jq` unless someone watches it. */
export function isSilent({ globals, err }: Call, { format }: Pick<RunFlags, 'format'>): boolean {
  return format !== 'text' && !err.isTTY && !globals.verbose;
}

interface OnStderr {
  readonly renderer: Renderer;
  /** For a question. */
  makeRoom(): void;
}

async function stderrRenderer({ call, flags, live, explain = explainEnd }: Progress): Promise<OnStderr> {
  const { err, paint, globals, io } = call;
  const options: ProgressOptions = {
    err,
    paint,
    explain: (result) => explain(result, { paint, cwd: io.cwd, saved: flags.save }),
  };
  const { showReasoning } = flags;
  const byLine = lineRenderer(call, flags, options);
  if (byLine !== undefined) return { renderer: byLine, makeRoom: () => undefined };
  const level = colorLevel({ flag: globals.color, env: io.env, config: call.settings.config.color, isTTY: true });
  const spinner = canSpin(err, io.stderr, io.env) ? await openSpinner(io.stderr, level) : NO_SPINNER;
  const resultStreams = live && call.out.isTTY;
  const interactive = interactiveRenderer({ ...options, spinner, showReasoning, resultStreams, raw: flags.rawOutput });
  return { renderer: oneAtATime(interactive, { showReasoning }), makeRoom: interactive.makeRoom };
}

/** Every form but the one for a terminal. */
function lineRenderer(call: Call, flags: RunFlags, options: ProgressOptions): Renderer | undefined {
  const { showReasoning } = flags;
  if (isSilent(call, flags)) return SILENT;
  if (call.globals.quiet) return quietRenderer(options);
  if (call.globals.verbose) return verboseRenderer({ ...options, showReasoning });
  if (call.err.isTTY) return undefined;
  return showReasoning ? verboseRenderer({ ...options, showReasoning }) : plainRenderer(options);
}

export interface EndOptions {
  readonly paint: Paint;
  readonly cwd: string;
  readonly saved: boolean;
}

/** How a run failed: what is already on stdout, the error, and last what to do. */
function explainEnd(result: RunResult, { paint, cwd, saved }: EndOptions): string {
  const { error, status, run_id, exit_code, resume } = result;
  // Whoever closed the pipe, as `head` does, has had enough and wants no complaint.
  if (error === null || exit_code === EXIT.stdoutClosed) return '';
  const partial = result.steps.some(({ status, output }) => status === 'failed' && output !== '');
  return [
    ...(partial ? [`${paint.yellow('warning')}: the output above is incomplete\n`] : []),
    explainRecord(error, { paint, cwd }),
    ...(resume !== null ? [`what was done is kept; go on with: ${resume}\n`] : []),
    ...(resume === null && status === 'interrupted' && saved ? [`what was done is kept: promptchain runs show ${run_id}\n`] : []),
  ].join('');
}

/** In GitHub Actions no line of a model is obeyed as a workflow command, and the error is shown on the page of the run. */
function quarantined(inner: Renderer, call: Call, flags: RunFlags): Renderer {
  if ((call.io.env.GITHUB_ACTIONS !== 'true' && !flags.github) || isSilent(call, flags)) return inner;
  const { open, close } = quarantine(randomBytes(16).toString('hex'));
  let opened = false;
  let annotation = '';
  return {
    async write(event) {
      if (!opened) await call.err.write(open);
      opened = true;
      if (isLast(event)) annotation = annotationsOf(event.result, flags);
      await inner.write(event);
    },
    async end() {
      await inner.end();
      if (opened) await call.err.write(close + annotation);
    },
  };
}

/** Warnings are told where somebody asked for all that a job can show. */
function annotationsOf({ error, warnings }: RunResult, { github }: RunFlags): string {
  const told = github ? warnings.map(warningAnnotation) : [];
  return [...told, ...(error === null ? [] : [errorAnnotation(error)])].join('');
}

/** `--log-file`: the verbose form with a time on every line, appended; readable by its owner alone. */
function logRenderer(file: string, call: Call, flags: RunFlags): Renderer {
  const log = openLogFile(file, call.io.clock);
  const explain = (result: RunResult): string => explainEnd(result, { paint: PLAIN, cwd: call.io.cwd, saved: flags.save });
  const inner = verboseRenderer({ err: log, paint: PLAIN, explain, showReasoning: flags.showReasoning });
  return {
    write: inner.write,
    async end() {
      await inner.end();
      log.close();
    },
  };
}
