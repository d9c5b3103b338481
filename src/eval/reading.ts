import type { z } from 'zod';
import { ChainError } from '../core/errors.ts';
import type { Located } from '../core/located.ts';
import type { Position, Problem } from '../core/problem.ts';

/** What reading a dataset takes from outside. */
export interface DataFiles {
  /** The text of a file without a byte order mark, or why there is none. */
  read(file: string): { readonly text: string } | { readonly problem: string };
  /** A file that one in `dir` names, within that folder; or what is wrong with the name. */
  locate(dir: string, name: string): { readonly file: string } | { readonly problem: string; readonly help?: string };
  /** The value of a YAML or JSON text, once it fits the schema. */
  check(
    file: string,
    text: string,
    about: { readonly schema: z.ZodType; readonly name: string },
  ): { readonly located?: Located; readonly problems: readonly Problem[] };
}

/** One dataset being read: its problems, all of them, and the texts they are in. */
export interface Reading {
  readonly files: DataFiles;
  readonly problems: Problem[];
  readonly sources: Map<string, string>;
}

export function openReading(files: DataFiles): Reading {
  return { files, problems: [], sources: new Map() };
}

export interface Wrong {
  readonly code: string;
  readonly message: string;
  readonly label?: string | undefined;
  readonly help?: string | undefined;
  readonly severity?: Problem['severity'];
}

export function report(
  { problems }: Reading,
  position: Position,
  { code, message, label, help, severity = 'error' }: Wrong,
): void {
  if (problems.length >= MOST_PROBLEMS) return;
  problems.push({
    code,
    severity,
    message,
    position,
    ...(label === undefined ? {} : { label }),
    ...(help === undefined ? {} : { help }),
  });
}

const MOST_PROBLEMS = 200;

/** Throws `ChainError` with every problem when one of them is an error; else the warnings. */
export function warningsOf({ problems, sources }: Reading): readonly Problem[] {
  if (problems.some(({ severity }) => severity === 'error')) throw new ChainError(problems, sources);
  return problems;
}

/** The text of the dataset or of a file it names; undefined, and the problem reported at `position`, when it cannot be read. */
export function textOfFile(reading: Reading, file: string, position: Position): string | undefined {
  const found = reading.files.read(file);
  if ('problem' in found) {
    report(reading, position, { code: 'PC1501', message: found.problem });
    return undefined;
  }
  reading.sources.set(file, found.text);
  return found.text;
}
