import { ChainError, type ErrorRecord, Failure, recordOf } from '../core/errors.ts';
import type { Problem } from '../core/problem.ts';
import { displayPath, type FrameOptions, frame, helpLines } from '../terminal/frame.ts';
import { sanitize } from '../terminal/sanitize.ts';
import { hideKeys } from './hide-keys.ts';

export interface ExplainOptions extends FrameOptions {
  /** Adds stack traces and causes. */
  readonly debug: boolean;
}

/** Any thrown value as the text a person reads: the most useful line is the last one. Ends with a line break. */
export function explain(error: unknown, options: ExplainOptions): string {
  const text =
    error instanceof ChainError
      ? explainProblems(error.problems, error.sources, options)
      : explainRecord(recordOf(error), options);
  return options.debug ? `${stackOf(error)}\n${text}` : text;
}

/** Every problem of a file, in the order given: the first 20 with the line they are in, the others on a line each. */
export function explainProblems(
  problems: readonly Problem[],
  sources: ReadonlyMap<string, string>,
  options: FrameOptions,
): string {
  const shown = hideKeys(problems, sources);
  const frames = problems.slice(0, MAX_FRAMES).map((problem) => frame(problem, shown.get(problem.position.file), options));
  const more = problems.slice(MAX_FRAMES);
  if (more.length === 0) return frames.join('\n');
  return [...frames, `and ${more.length} more:\n${more.map((problem) => briefly(problem, options)).join('')}`].join('\n');
}

function briefly({ code, message, label, position }: Problem, { cwd }: FrameOptions): string {
  const hint = label === undefined ? '' : `: ${label}`;
  return `  ${displayPath(position.file, cwd)}:${position.line}:${position.column} ${code} ${sanitize(message + hint)}\n`;
}

/** An error that has no place in a file. */
export function explainRecord(error: ErrorRecord, { paint }: FrameOptions): string {
  return [
    `${paint.red(paint.bold(`error[${error.code}]`))}${paint.bold(`: ${sanitize(error.message)}`)}`,
    ...(error.step === undefined ? [] : [`  ${paint.cyan('-->')} step "${sanitize(error.step)}"`]),
    ...helpLines(error.help ?? (error.code === 'PC0001' ? BUG_HELP : undefined), '  ', paint),
    '',
  ].join('\n');
}

/** Class, code, stack and causes: what `--debug` adds. */
export function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error instanceof Failure ? `${error.name} ${error.code} (${error.reason})\n` : '';
  const cause = error.cause === undefined ? '' : `\ncaused by: ${stackOf(error.cause)}`;
  return sanitize(`${own}${error.stack ?? error.message}${cause}`);
}

const MAX_FRAMES = 20;

const BUG_HELP = 'this is a bug in promptchain; run again with --debug and report what it prints';
