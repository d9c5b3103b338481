import { type Case, isSet } from '../core/dataset.ts';
import type { CaseRun } from '../core/evaluation.ts';
import { type Json, textOf } from '../core/json.ts';
import type { AssertionResult } from '../core/score.ts';
import { displayPath } from './frame.ts';
import type { Paint } from './paint.ts';
import { duration, oneLine } from './words.ts';

export interface CaseLinesOptions {
  readonly paint: Paint;
  readonly cwd: string;
  /** Cases run more than once, so that lines say which time it is. */
  readonly repeated: boolean;
  /** Also of cases that pass: what went in, what came out. */
  readonly verbose: boolean;
}

/** One run of a case as text: a line, and for what did not pass all that is needed to see why. Ends with a line break. */
export function caseLines(run: CaseRun, options: CaseLinesOptions): string {
  const { paint } = options;
  const { case: asked, score, error, repeat, durationMs } = run;
  const name = asked.description === undefined ? asked.id : `${asked.id}  ${asked.description}`;
  const again = options.repeated ? ` (run ${repeat})` : '';
  const points = score === undefined ? '    ' : score.score.toFixed(2);
  const mark = score === undefined ? paint.yellow('error') : score.pass ? paint.green('pass ') : paint.red('FAIL ');
  const head = `${mark} ${points}  ${paint.bold(oneLine(name))}${again} ${paint.dim(duration(durationMs))}\n`;
  if (score?.pass === true && !options.verbose) return head;
  const failures = (score?.results ?? [])
    .filter(({ pass }) => !pass || options.verbose)
    .flatMap((result) => assertionLines(result, options, ''));
  const own = score === undefined || score.results.length > 0 ? [] : [score.reason];
  return [
    head,
    ...labelled('input', inputOf(asked)),
    ...(asked.expected === undefined ? [] : labelled('expected', asked.expected)),
    ...(run.answer === undefined ? [] : labelled('got', run.answer.output)),
    ...(error === undefined || score !== undefined
      ? []
      : [`      ${paint.yellow(`[${error.code}] ${oneLine(error.message)}`)}\n`]),
    ...(error?.help === undefined || score !== undefined ? [] : [`      = help: ${oneLine(error.help)}\n`]),
    ...[...own, ...failures, ...overThreshold(run)].map((line) => `      ${line}\n`),
    `      ${paint.cyan('-->')} ${displayPath(asked.position.file, options.cwd)}:${asked.position.line}:${asked.position.column}\n`,
  ].join('');
}

/** A case with a threshold fails by its score, whatever its assertions say. */
function overThreshold({ case: { threshold }, score }: CaseRun): readonly string[] {
  return threshold === undefined || score === undefined || score.results.length === 0 ? [] : [oneLine(score.reason)];
}

function assertionLines(result: AssertionResult, options: CaseLinesOptions, indent: string): readonly string[] {
  const { assertion, pass, reason, score, parts = [] } = result;
  const { paint } = options;
  const name = isSet(assertion) ? 'assert-set' : `${assertion.not ? 'not-' : ''}${assertion.type}`;
  const of = !isSet(assertion) && assertion.step !== undefined ? ` of step ${assertion.step}` : '';
  const partial = score > 0 && score < 1 ? ` ${score.toFixed(2)}` : '';
  const mark = pass ? paint.green('+') : paint.red('-');
  const text = isSet(assertion) && assertion.threshold === undefined ? '' : ` ${cut(oneLine(reason), LONGEST_REASON)}`;
  return [
    `${indent}${mark} ${oneLine(name)}${oneLine(of)}${partial}:${text}`,
    ...parts.filter((part) => !part.pass || options.verbose).flatMap((part) => assertionLines(part, options, `${indent}  `)),
  ];
}

function inputOf({ input, vars }: Case): Json {
  const names = Object.keys(vars);
  if (input === undefined && names.length === 1) return vars[names[0] ?? ''] ?? '';
  return names.length === 0 ? (input ?? '') : { ...(input === undefined ? {} : { input }), ...vars };
}

/** On one line, quoted, so that text of a model neither breaks the form nor is taken for a command of GitHub's. */
function labelled(label: string, value: Json): readonly string[] {
  const text = typeof value === 'string' ? JSON.stringify(value) : textOf(value);
  return [`      ${label.padEnd(8)} ${cut(oneLine(text), LONGEST_VALUE)}\n`];
}

const LONGEST_VALUE = 300;
const LONGEST_REASON = 600;

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}… (${text.length} characters)` : text;
}
