import type { Json } from '../core/json.ts';
import type { Position } from '../core/problem.ts';
import type { WrittenPlace } from './cases.ts';
import { fileCaseSchema, type WrittenCase } from './dataset-schema.ts';
import { type Reading, report } from './reading.ts';

/** JSON Lines: a case a line, blank lines aside. A line is looked into with care only when something is wrong with it. */
export function readLines(reading: Reading, file: string, text: string): readonly WrittenPlace[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const position = { file, line: index + 1, column: 1, length: line.trimEnd().length };
    const value = parsed(line);
    if (value === undefined) {
      report(reading, position, {
        code: 'PC1502',
        message: `this line is not JSON: ${problemIn(line)}`,
        help: 'each line of a .jsonl file is one JSON object',
      });
      return [];
    }
    const { success, data } = fileCaseSchema().safeParse(value);
    if (success)
      return [
        {
          json: data as WrittenCase,
          place: (...path) => (path.length < 3 ? position : within(reading, file, line, index + 1, path)),
        },
      ];
    const { located, problems } = reading.files.check(file, line, { schema: fileCaseSchema(), name: 'the case' });
    for (const problem of problems) reading.problems.push({ ...problem, position: { ...problem.position, line: index + 1 } });
    return located === undefined ? [] : [{ json: located.value as WrittenCase, place: () => position }];
  });
}

/** Looked up only for a problem: the line is read a second time, with places. */
function within(reading: Reading, file: string, line: string, number: number, path: readonly (string | number)[]): Position {
  const { located } = reading.files.check(file, line, { schema: fileCaseSchema(), name: 'the case' });
  return { ...(located?.position(path) ?? { file, column: 1 }), line: number };
}

function parsed(line: string): Json | undefined {
  try {
    return JSON.parse(line) as Json;
  } catch {
    return undefined;
  }
}

function problemIn(line: string): string {
  try {
    JSON.parse(line);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}
