import type { ErrorRecord } from '../core/errors.ts';
import type { Problem } from '../core/problem.ts';
import { displayPath } from './frame.ts';

/** Workflow commands of GitHub Actions, which its runner reads from the lines of stdout and stderr alike. */

/** `::error file=…,line=…::message`, one line for each problem of a file. */
export function annotations(problems: readonly Problem[], cwd: string): string {
  return problems
    .map(({ severity, code, message, help, position }) =>
      annotation(
        severity,
        { file: displayPath(position.file, cwd), line: position.line, col: position.column, title: code },
        message,
        help,
      ),
    )
    .join('');
}

export function errorAnnotation(error: ErrorRecord): string {
  const step = error.step === undefined ? '' : `step "${error.step}": `;
  return annotation('error', { title: error.code }, `${step}${error.message}`, error.help);
}

export function warningAnnotation({ code, message }: { readonly code: string; readonly message: string }): string {
  return annotation('warning', { title: code }, message, undefined);
}

/**
 * Two lines to put around text of a model: between them the runner obeys no command. `token` must be random, or the text
 * could end its own quarantine.
 */
export function quarantine(token: string): { readonly open: string; readonly close: string } {
  return { open: `::stop-commands::${token}\n`, close: `::${token}::\n` };
}

function annotation(
  kind: string,
  properties: Readonly<Record<string, string | number>>,
  message: string,
  help: string | undefined,
): string {
  const fields = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  return `::${kind} ${fields.join(',')}::${escapeData(help === undefined ? message : `${message}\n${help}`)}\n`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
