import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { JsonObject } from '../../core/json.ts';
import type { Problem } from '../../core/problem.ts';
import { displayPath } from '../../terminal/frame.ts';
import { CODE_TABLES } from '../help/codes.ts';
import type { Report } from './report.ts';

/** SARIF 2.1.0, which code scanners and editors read. Files under `cwd` are named relative to it. */
export function sarifOf(
  reports: readonly Report[],
  { cwd, version }: { readonly cwd: string; readonly version: string },
): JsonObject {
  const problems = reports.flatMap(({ checked }) => checked.problems);
  const ids = [...new Set(problems.map(({ code }) => code))].sort();
  const rules = ids.map((id) => ({ id, shortDescription: { text: CODES[id] ?? id } }));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'promptchain', version, rules } },
        columnKind: 'utf16CodeUnits',
        results: problems.map((problem) => resultOf(problem, cwd)),
      },
    ],
  };
}

const CODES: Readonly<Record<string, string>> = Object.assign({}, ...CODE_TABLES);

function resultOf({ code, severity, message, label, help, position }: Problem, cwd: string): JsonObject {
  const { file, line, column, length = 1 } = position;
  return {
    ruleId: code,
    level: severity,
    message: { text: [message, label, help].filter((part) => part !== undefined).join('\n') },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(displayPath(file, cwd)) },
          region: { startLine: line, startColumn: column, endColumn: column + length },
        },
      },
    ],
  };
}

function uriOf(path: string): string {
  return isAbsolute(path) ? pathToFileURL(path).href : path.split(/[\\/]/).map(encodeURIComponent).join('/');
}
