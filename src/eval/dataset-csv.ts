import { CsvError, parse } from 'csv-parse/sync';
import { ChainError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { Position } from '../core/problem.ts';
import { nearest } from '../lib/nearest.ts';
import type { WrittenPlace } from './cases.ts';
import { assertionIn } from './csv-assertion.ts';
import type { WrittenAssertion, WrittenCase } from './dataset-schema.ts';
import { type Reading, report } from './reading.ts';

/** CSV with a line of column names: columns are vars, those with two underscores say what is expected. */
export function readCsv(reading: Reading, file: string, text: string): readonly WrittenPlace[] {
  const [header, ...rows] = parseCsv(reading, file, text);
  if (header === undefined) return [];
  const columns = header.cells.map((name) => name.trim());
  checkColumns(reading, columns, { file, line: 1, column: 1 });
  return rows.map(({ cells, line }) => {
    const position = { file, line, column: 1 };
    const json = caseOf({ reading, position, row: columns.map((column, index) => [column, cells[index] ?? ''] as const) });
    return { json, place: () => position };
  });
}

interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}

function parseCsv(reading: Reading, file: string, text: string): readonly Row[] {
  try {
    const options = { info: true, raw: true, relax_quotes: true, skip_empty_lines: true } as const;
    const found = parse(text, options) as unknown as readonly { record: string[]; raw: string; info: { lines: number } }[];
    return found.map(({ record, raw, info }) => ({ cells: record, line: info.lines - breaksIn(raw.trim()) }));
  } catch (error) {
    if (!(error instanceof CsvError) || error instanceof ChainError) throw error;
    const line = Number(error.lines ?? 1);
    const help = 'quote a cell with commas, quotes or line breaks, and double the quotes in it';
    report(reading, { file, line, column: 1 }, { code: 'PC1502', message: messageOf(error), help });
    return [];
  }
}

function messageOf({ code, message }: CsvError): string {
  const first = message.split('\n')[0] ?? message;
  if (code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH')
    return first.replace(/^Invalid Record Length: expect (\d+), got (\d+).*/, 'this row has $2 cells, the first one $1');
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'a quoted cell is not closed before the end of the file';
  return first.charAt(0).toLowerCase() + first.slice(1);
}

function breaksIn(text: string): number {
  return text.split('\n').length - 1;
}

/** What a column with a fixed name gives its case. */
const SINGLE: Readonly<Record<string, (cell: string) => Partial<WrittenCase>>> = {
  __description: (description) => ({ description }),
  __threshold: (cell) => ({ threshold: Number(cell) }),
  __split: (split) => ({ split: split as 'train' }),
  __why: (why) => ({ why }),
  __rating: (rating) => ({ rating: rating as 'good' }),
  __weight: (cell) => ({ weight: Number(cell) }),
  __id: (id) => ({ id }),
  __metric: () => ({}),
};

const NUMBERS: ReadonlySet<string> = new Set(['__threshold', '__weight']);
const CHOICES: Readonly<Record<string, readonly string[]>> = { __split: ['train', 'val', 'test'], __rating: ['good', 'bad'] };
const EXPECTED = /^__expected(\d*)$/;
const CONFIG = /^__config:__expected(\d*):threshold$/;
const METADATA = /^__metadata:(.+?)(\[\])?$/;
const UNUSED: ReadonlySet<string> = new Set(['__prefix', '__suffix', '__providerOutput']);

function checkColumns(reading: Reading, columns: readonly string[], position: Position): void {
  for (const [index, column] of columns.entries()) {
    if (column === '') report(reading, position, { code: 'PC1502', message: `column ${index + 1} has no name` });
    else if (columns.indexOf(column) !== index)
      report(reading, position, { code: 'PC1502', message: `the column "${column}" is there twice` });
    else if (UNUSED.has(column)) {
      report(reading, position, {
        code: 'PC1508',
        severity: 'warning',
        message: `the column "${column}" is not used: the chain has its own prompts`,
      });
    } else if (/^_(?!_)/.test(column) && isSpecial(`_${column}`)) {
      report(reading, position, {
        code: 'PC1508',
        severity: 'warning',
        message: `the column "${column}" is a var`,
        label: `did you mean "_${column}"?`,
      });
    } else if (column.startsWith('__') && !isSpecial(column)) {
      const near = nearest(column, [...Object.keys(SINGLE), '__expected', '__metadata:category']);
      report(reading, position, {
        code: 'PC1502',
        message: `the column "${column}" has no meaning`,
        label: near === undefined ? undefined : `did you mean "${near}"?`,
        help: 'known: __expected, __expected1 …, __metric, __threshold, __description, __metadata:name, __config:__expected1:threshold, __split, __why, __rating, __weight, __id',
      });
    }
  }
}

function isSpecial(column: string): boolean {
  return Object.hasOwn(SINGLE, column) || [EXPECTED, CONFIG, METADATA].some((form) => form.test(column));
}

interface RowOf {
  readonly reading: Reading;
  readonly position: Position;
  readonly row: readonly (readonly [column: string, cell: string])[];
}

function caseOf({ reading, position, row }: RowOf): WrittenCase {
  const vars: Record<string, Json> = {};
  const metadata: Record<string, Json> = {};
  const assert: WrittenAssertion[] = [];
  const thresholds: (readonly [index: number, value: number])[] = [];
  const own: Partial<WrittenCase>[] = [];
  const metric = row.find(([column, cell]) => column === '__metric' && cell !== '')?.[1];
  const numberOf = (column: string, cell: string): number => {
    const value = Number(cell);
    if (!Number.isFinite(value) || value < 0)
      report(reading, position, { code: 'PC1502', message: `"${column}" must be a number, not ${JSON.stringify(cell)}` });
    return value;
  };
  for (const [column, raw] of row) {
    const cell = raw.trim();
    if (!column.startsWith('__')) vars[column] = raw;
    else if (cell === '' || UNUSED.has(column)) continue;
    else if (EXPECTED.test(column)) assert.push({ ...assertionIn(cell), ...(metric === undefined ? {} : { metric }) });
    else if (CONFIG.test(column))
      thresholds.push([Math.max(1, Number(CONFIG.exec(column)?.[1] || 1)) - 1, numberOf(column, cell)]);
    else if (METADATA.test(column)) {
      const [, name = '', isList] = METADATA.exec(column) ?? [];
      metadata[name] = isList === undefined ? cell : cell.split(/(?<!\\),/).map((part) => part.trim().replaceAll('\\,', ','));
    } else if (Object.hasOwn(SINGLE, column)) {
      if (NUMBERS.has(column)) numberOf(column, cell);
      const choices = CHOICES[column];
      if (choices?.includes(cell) === false)
        report(reading, position, {
          code: 'PC1502',
          message: `"${column}" must be one of ${choices.join(', ')}, not ${JSON.stringify(cell)}`,
        });
      own.push(SINGLE[column]?.(cell) ?? {});
    }
  }
  for (const [index, threshold] of thresholds) {
    const assertion = assert[index];
    if (assertion !== undefined) assert[index] = { ...assertion, threshold };
  }
  return Object.assign({ vars, assert, metadata }, ...own) as WrittenCase;
}
