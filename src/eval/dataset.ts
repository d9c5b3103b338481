import { dirname, extname } from 'node:path';
import type { Case, Dataset } from '../core/dataset.ts';
import type { Located } from '../core/located.ts';
import type { Position } from '../core/problem.ts';
import { type Common, distinct, readCase, type WrittenPlace } from './cases.ts';
import { readCsv } from './dataset-csv.ts';
import { readLines } from './dataset-lines.ts';
import { fileCaseSchema, fileSchema, type WrittenCase, type WrittenFile } from './dataset-schema.ts';
import { type DataFiles, openReading, type Reading, report, textOfFile, warningsOf } from './reading.ts';

/** The cases of a file, by its extension. Throws `ChainError` with every problem, each with its position. */
export function readDataset(file: string, files: DataFiles): Dataset {
  const reading = openReading(files);
  const written = readFile(reading, file, { file, line: 1, column: 1 });
  return finish(reading, file, written);
}

/** The cases a chain file lists under `tests`. */
export function datasetOf(cases: Located, file: string, text: string, files: DataFiles): Dataset {
  const reading = openReading(files);
  reading.sources.set(file, text);
  const written = (cases.value as readonly WrittenCase[]).map((json, index) => ({
    json,
    place: (...path: readonly (string | number)[]) => cases.position([index, ...path]),
  }));
  return finish(reading, file, { written, templates: {} });
}

/** What a file holds, before anything common to its cases is applied. */
interface FileCases extends Omit<Common, 'reading'> {
  readonly written: readonly WrittenPlace[];
}

function finish(reading: Reading, file: string, { written, ...common }: FileCases): Dataset {
  const given = new Set(written.flatMap(({ json: { id } }) => (id === undefined ? [] : [String(id)])));
  const read: Case[] = [];
  for (const each of written) read.push(...readCase(each, { ...common, reading }));
  const cases = distinct(read, given, reading);
  if (cases.length === 0 && reading.problems.length === 0)
    report(reading, { file, line: 1, column: 1 }, { code: 'PC1503', message: 'the dataset has no cases' });
  return { file, cases, warnings: warningsOf(reading), sources: reading.sources };
}

function readFile(reading: Reading, file: string, named: Position): FileCases {
  const text = textOfFile(reading, file, named);
  if (text === undefined) return NONE;
  switch (extname(file).toLowerCase()) {
    case '.jsonl':
    case '.ndjson':
      return { written: readLines(reading, file, text), templates: {} };
    case '.csv':
      return { written: readCsv(reading, file, text), templates: {} };
    case '.json':
    case '.yaml':
    case '.yml':
      return readDocument(reading, file, text);
    default:
      report(reading, named, {
        code: 'PC1501',
        message: `a dataset is a .yaml, .json, .jsonl or .csv file, not "${extname(file)}"`,
      });
      return NONE;
  }
}

const NONE: FileCases = { written: [], templates: {} };

function readDocument(reading: Reading, file: string, text: string): FileCases {
  const { located, problems } = reading.files.check(file, text, { schema: fileSchema(), name: 'the dataset' });
  reading.problems.push(...problems);
  if (located === undefined) return NONE;
  const value = located.value as WrittenFile;
  if (Array.isArray(value)) return { written: listed(reading, value, located, []), templates: {} };
  const { tests, defaultTest, assertionTemplates = {} } = value as Exclude<WrittenFile, readonly unknown[]>;
  if (value !== null && 'scenarios' in value)
    report(reading, located.keyPosition(['scenarios']), {
      code: 'PC1505',
      message: '"scenarios" are not supported',
      help: 'write their cases under "tests"',
    });
  const defaults =
    typeof defaultTest === 'string' ? defaultsIn(reading, defaultTest, located.position(['defaultTest'])) : defaultTest;
  const place = (...path: readonly (string | number)[]) => located.position(['defaultTest', ...path]);
  return {
    written: listed(reading, typeof tests === 'string' ? [tests] : tests, located, ['tests']),
    templates: assertionTemplates,
    ...(defaults === undefined
      ? {}
      : { defaults: 'json' in defaults ? (defaults as WrittenPlace) : { json: defaults as WrittenCase, place } }),
  };
}

/** Cases, and names of files with more of them. */
function listed(
  reading: Reading,
  items: readonly (string | WrittenCase)[],
  { position }: Located,
  path: readonly string[],
): readonly WrittenPlace[] {
  return items.flatMap((item, index) => {
    const place = (...inner: readonly (string | number)[]) => position([...path, index, ...inner]);
    return typeof item === 'string' ? namedCases(reading, item, place()) : [{ json: item, place }];
  });
}

function namedCases(reading: Reading, name: string, named: Position): readonly WrittenPlace[] {
  const file = fileNamed(reading, name, named);
  if (file === undefined) return [];
  if (reading.sources.has(file)) {
    report(reading, named, {
      code: 'PC1507',
      message: `${name} is read already: a dataset cannot name itself, nor a file twice`,
    });
    return [];
  }
  return readFile(reading, file, named).written;
}

function defaultsIn(reading: Reading, name: string, named: Position): WrittenPlace | undefined {
  const file = fileNamed(reading, name, named);
  const text = file === undefined ? undefined : textOfFile(reading, file, named);
  if (file === undefined || text === undefined) return undefined;
  const { located, problems } = reading.files.check(file, text, { schema: fileCaseSchema(), name: 'the default case' });
  reading.problems.push(...problems);
  return located === undefined ? undefined : { json: located.value as WrittenCase, place: (...path) => located.position(path) };
}

function fileNamed(reading: Reading, name: string, named: Position): string | undefined {
  if (/^(?:https?|huggingface|az|s3):/.test(name) || name.includes('*')) {
    report(reading, named, {
      code: 'PC1505',
      message: `${JSON.stringify(name)} cannot be read`,
      help: 'name files of this folder one by one',
    });
    return undefined;
  }
  const found = reading.files.locate(dirname(named.file), name.replace(/^file:\/\//, ''));
  if ('file' in found) return found.file;
  report(reading, named, { code: 'PC1507', message: found.problem, help: found.help });
  return undefined;
}
