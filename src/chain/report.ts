import type { Edit, Problem } from '../core/problem.ts';
import type { Place, Source } from './source.ts';
import { endOfLine, lineAt, positionOf } from './source.ts';

/** What is wrong, without where: `Report` adds the place. */
export interface Finding {
  readonly code: string;
  readonly message: string;
  readonly severity?: 'error' | 'warning' | undefined;
  readonly label?: string | undefined;
  readonly help?: string | undefined;
  readonly fix?: Edit | undefined;
}

/** Where findings about one file go. */
export interface Report {
  readonly source: Source;
  add(place: Place, finding: Finding): void;
  /** Enough has been said at that severity: what comes now is dropped. */
  isFull(severity: Problem['severity']): boolean;
}

/** More problems of one severity than this are of no use to anyone, and finding them all would make a hostile file slow. */
const MAX_PROBLEMS = 200;

/** Thrown by `Report.add` at the last error that is kept: the rest of the load is given up. */
export class TooManyProblems extends Error {}

export function createReport(source: Source, problems: Problem[]): Report {
  const count = (severity: Problem['severity']): number =>
    problems.reduce((sum, problem) => sum + (problem.severity === severity ? 1 : 0), 0);
  return {
    source,
    add(place, finding) {
      const severity = finding.severity ?? 'error';
      const before = count(severity);
      if (before < MAX_PROBLEMS) problems.push(problemOf(source, place, finding));
      if (severity === 'error' && before >= MAX_PROBLEMS - 1) throw new TooManyProblems();
    },
    isFull: (severity) => count(severity) >= MAX_PROBLEMS,
  };
}

/** Says nothing of these places. */
export function silentAbout(report: Report, places: readonly Place[]): Report {
  const { source } = report;
  return {
    ...report,
    add(place, finding) {
      const end = Math.min(place.end, endOfLine(source, lineAt(source.lineStarts, place.start)));
      if (!places.some((each) => place.start <= each.end && end >= each.start)) report.add(place, finding);
    },
  };
}

function problemOf(source: Source, place: Place, finding: Finding): Problem {
  return {
    code: finding.code,
    severity: finding.severity ?? 'error',
    message: finding.message,
    position: positionOf(source, place),
    ...(finding.label === undefined ? {} : { label: finding.label }),
    ...(finding.help === undefined ? {} : { help: finding.help }),
    ...(finding.fix === undefined ? {} : { fix: finding.fix }),
  };
}

/** What YAML took for an alias, a tag or a number that cannot be kept: that it has the wrong type or reads nothing follows. */
const MISREAD: ReadonlySet<string> = new Set(['PC1007', 'PC1008', 'PC1009']);
const FOLLOWING: ReadonlySet<string> = new Set(['PC1101', 'PC1401']);

/** By file in the order they were read, then by position; the same problem at the same place is told once, and so is the same cause. */
export function sortProblems(problems: readonly Problem[], files: readonly string[]): Problem[] {
  const order = new Map(files.map((file, index) => [file, index]));
  const rank = (problem: Problem): number => order.get(problem.position.file) ?? files.length;
  const sorted = [...problems].sort(
    (a, b) => rank(a) - rank(b) || a.position.line - b.position.line || a.position.column - b.position.column,
  );
  const seen = new Set<string>();
  const placeOf = ({ position }: Problem): string => `${position.line}:${position.column} ${position.file}`;
  const misread = new Set(sorted.filter(({ code }) => MISREAD.has(code)).map(placeOf));
  return sorted.filter((problem) => {
    if (FOLLOWING.has(problem.code) && misread.has(placeOf(problem))) return false;
    const { file, line, column } = problem.position;
    const key = JSON.stringify([file, line, column, problem.code, problem.message]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** A word of the file inside a message: long ones are cut, so that a message stays one. */
export function shown(word: string): string {
  const line = word.replaceAll(/\s+/g, ' ');
  const short = line.length > 60 ? `${line.slice(0, 57)}...` : line;
  return JSON.stringify(short).replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
