import type { JsonObject } from '../../core/json.ts';
import type { Problem } from '../../core/problem.ts';
import { displayPath } from '../../terminal/frame.ts';
import { annotations } from '../../terminal/github.ts';
import type { Call } from '../command.ts';
import { explainProblems } from '../explain.ts';
import { packageVersion } from '../package-dir.ts';
import { createRedactor, secretsOf } from '../redact.ts';
import type { Checked } from './check.ts';
import type { Fixed } from './fix.ts';

/** What was found in one file. */
export interface Report extends Fixed {
  /** The file as a person would type it. */
  readonly name: string;
  readonly valid: boolean;
  readonly errors: number;
  readonly warnings: number;
}

/** With `--strict` the check itself makes errors of warnings. */
export function reportOf({ checked, fixed }: Fixed, { io }: Call): Report {
  const errors = checked.problems.filter(({ severity }) => severity === 'error').length;
  const warnings = checked.problems.length - errors;
  return { checked, fixed, name: displayPath(checked.file, io.cwd), valid: errors === 0, errors, warnings };
}

/** The verdict on stdout, one line a file; what is wrong, and what was mended, on stderr. */
export async function printReport({ checked, fixed, name, valid, errors, warnings }: Report, call: Call): Promise<void> {
  const { out, err, paint, globals, io } = call;
  if (!globals.quiet) for (const problem of fixed) await err.write(`fixed ${placeOf(problem, call)}: ${problem.message}\n`);
  const shown = globals.quiet ? checked.problems.filter(({ severity }) => severity === 'error') : checked.problems;
  const { text: redact } = createRedactor(secretsOf(io.env, []));
  if (shown.length > 0) await err.write(redact(`${explainProblems(shown, checked.sources, { paint, cwd: io.cwd })}\n`));
  if (io.env.GITHUB_ACTIONS === 'true') await err.write(redact(annotations(shown, io.cwd)));
  if (call.options.fix === true && !globals.quiet) await tellOtherFiles(checked, call);
  const counts = [...counted(errors, 'error'), ...counted(warnings, 'warning')].join(', ');
  await out.write(`${name}: ${[...(valid ? ['valid'] : []), ...(counts === '' ? [] : [counts])].join(', ')}\n`);
}

/** The whole of it on stdout, for a program: `--format json`, `sarif`, or the annotations of GitHub Actions. */
export async function machineText(reports: readonly Report[], { io, options }: Call, exitCode: number): Promise<string> {
  const redactor = createRedactor(secretsOf(io.env, []));
  const { cwd } = io;
  if (options.format === 'github') {
    return redactor.text(reports.map(({ checked }) => annotations(checked.problems, cwd)).join(''));
  }
  if (options.format === 'json') return printed(redactor.value(jsonOf(reports, exitCode)));
  const { sarifOf } = await import('./sarif.ts');
  return printed(redactor.value(sarifOf(reports, { cwd, version: packageVersion() })));
}

function printed(value: JsonObject): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function jsonOf(reports: readonly Report[], exitCode: number): JsonObject {
  return {
    schema: 'promptchain.validation.v1',
    valid: reports.every(({ valid }) => valid),
    exit_code: exitCode,
    files: reports.map(({ checked, fixed, valid, errors, warnings }) => ({
      file: checked.file,
      valid,
      errors,
      warnings,
      problems: checked.problems.map(problemJson),
      fixed: fixed.map(problemJson),
    })),
  };
}

function problemJson({ code, severity, message, position, label, help, fix }: Problem): JsonObject {
  return {
    code,
    severity,
    message,
    file: position.file,
    line: position.line,
    column: position.column,
    length: position.length ?? 1,
    ...(label === undefined ? {} : { label }),
    ...(help === undefined ? {} : { help }),
    fixable: fix !== undefined,
  };
}

/** Only files that were named are written; those that a chain includes may have remedies too. */
async function tellOtherFiles({ file, problems }: Checked, { err, io }: Call): Promise<void> {
  const fixable = problems.filter(({ fix, position }) => fix !== undefined && position.file !== file);
  for (const other of new Set(fixable.map(({ position }) => displayPath(position.file, io.cwd)))) {
    await err.write(`${other} was not named and is as it was: promptchain validate --fix ${other}\n`);
  }
}

function placeOf({ position }: Problem, { io }: Call): string {
  return `${displayPath(position.file, io.cwd)}:${position.line}:${position.column}`;
}

function counted(count: number, word: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${word}${count === 1 ? '' : 's'}`];
}
