import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import type { RunStatus } from '../core/run.ts';
import { errnoOf } from '../lib/file-cause.ts';
import { isEnd, isRunning, isStart, parseEvent, parseJournal } from './journal-lines.ts';
import { journalFile, runIds, unreadable } from './run-files.ts';

/** One row of `runs list`. */
export interface RunSummary {
  readonly id: string;
  readonly chain: string;
  /** `running` when its process is still at it. */
  readonly status: RunStatus | 'running';
  /** ISO 8601; empty when the journal does not tell. */
  readonly started: string;
  /** Null while it runs, and when it was killed. */
  readonly durationMs: number | null;
  /** US dollars; null when a price is unknown or the run has no end. */
  readonly costUsd: number | null;
  /** Of the journal. */
  readonly bytes: number;
}

/** The runs kept in `dir`, newest first. Only the ends of each journal are read, and of no more journals than it takes to fill the list. */
export function listRuns(dir: string, options: ListOptions = {}): RunSummary[] {
  const { limit = Number.POSITIVE_INFINITY, status, of = () => true } = options;
  const rows: RunSummary[] = [];
  if (limit < 1) return rows;
  for (const run of newestFirst(dir)) {
    if (!of({ name: run.chain, file: run.chainFile })) continue;
    const row = summaryOf(run);
    if (status === undefined || row.status === status) rows.push(row);
    if (rows.length >= limit) break;
  }
  return rows;
}

export interface ListOptions {
  readonly limit?: number;
  readonly status?: RunSummary['status'];
  /** Of which chains; `file` is as in the result. */
  of?(chain: { readonly name: string; readonly file: string }): boolean;
}

/** The row of one run; undefined when there is no such run. */
export function summaryFor(dir: string, id: string): RunSummary | undefined {
  const begun = beginningOf(dir, id);
  return begun === undefined ? undefined : summaryOf(begun);
}

interface Beginning {
  readonly id: string;
  readonly file: string;
  readonly event: ReturnType<typeof parseEvent>;
  readonly started: string;
  readonly chain: string;
  readonly chainFile: string;
}

/** By the second in their names, so that the journals of older ones stay unread; within a second by what the journals tell. */
function* newestFirst(dir: string): Generator<Beginning> {
  const bySecond = new Map<string, string[]>();
  for (const id of runIds(dir)) {
    const second = SECOND.exec(id)?.[0] ?? secondOf(beginningOf(dir, id));
    const others = bySecond.get(second);
    if (others === undefined) bySecond.set(second, [id]);
    else others.push(id);
  }
  for (const [, ids] of [...bySecond].sort(([a], [b]) => (a < b ? 1 : -1))) {
    const begun = ids.flatMap((id) => beginningOf(dir, id) ?? []);
    yield* begun.sort((a, b) => (a.started < b.started ? 1 : a.started > b.started ? -1 : a.id < b.id ? 1 : -1));
  }
}

/** What the id of a run begins with; a journal may have been named otherwise. */
const SECOND = /^\d{8}-\d{6}(?=-)/;

function secondOf(begun: Beginning | undefined): string {
  const [day = '', time = ''] = begun?.started.slice(0, 19).split('T') ?? [];
  return `${day.replaceAll('-', '')}-${time.replaceAll(':', '')}`;
}

/** Undefined for a journal that has gone meanwhile. */
function beginningOf(dir: string, id: string): Beginning | undefined {
  const file = journalFile(dir, id);
  try {
    const event = parseEvent(firstLineOf(file));
    const start = event !== undefined && isStart(event.event) ? event.event : undefined;
    return { id, file, event, started: start?.ts ?? '', chain: start?.chain.name ?? '', chainFile: start?.chain.file ?? '' };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw unreadable(error, file);
  }
}

function summaryOf({ id, file, event, started, chain }: Beginning): RunSummary {
  const { text, bytes } = lastLineOf(file);
  const last = parseEvent(text)?.event;
  if (last === undefined || !isEnd(last)) {
    // Whoever began it may be gone and another one at it.
    const writer = isRunning(event?.writer) ? event?.writer : parseJournal(readFileSync(file)).writer;
    const status = isRunning(writer) ? 'running' : 'interrupted';
    return { id, chain, status, started, durationMs: null, costUsd: null, bytes };
  }
  const { result } = last;
  return { id, chain, status: result.status, started, durationMs: result.duration_ms, costUsd: result.cost_usd, bytes };
}

function firstLineOf(file: string): string {
  return withDescriptor(file, (descriptor, size) => {
    for (let length = CHUNK_BYTES; ; length *= 8) {
      const bytes = readAt(descriptor, 0, Math.min(length, size));
      const end = bytes.indexOf(LINE_FEED);
      if (end !== -1) return bytes.toString('utf8', 0, end);
      if (length >= size) return '';
    }
  });
}

/** The last line that ends. */
function lastLineOf(file: string): { readonly text: string; readonly bytes: number } {
  return withDescriptor(file, (descriptor, size) => {
    for (let length = CHUNK_BYTES; ; length *= 8) {
      const bytes = readAt(descriptor, Math.max(0, size - length), Math.min(length, size));
      const end = bytes.lastIndexOf(LINE_FEED);
      const start = end < 1 ? -1 : bytes.lastIndexOf(LINE_FEED, end - 1);
      if (start !== -1 || length >= size) return { text: bytes.toString('utf8', start + 1, Math.max(end, 0)), bytes: size };
    }
  });
}

const CHUNK_BYTES = 16 * 1024;
const LINE_FEED = 0x0a;

function withDescriptor<T>(file: string, read: (descriptor: number, size: number) => T): T {
  const descriptor = openSync(file, 'r');
  try {
    return read(descriptor, fstatSync(descriptor).size);
  } finally {
    closeSync(descriptor);
  }
}

function readAt(descriptor: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(descriptor, bytes, filled, length - filled, position + filled);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}
