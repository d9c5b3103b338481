import { closeSync, fstatSync, openSync, readFileSync, readSync, rmSync, statSync } from 'node:fs';
import { StoreError } from '../core/errors.ts';
import type { Event } from '../core/event.ts';
import type { RunResult, RunStatus } from '../core/run.ts';
import { errnoOf, fileError } from './file-error.ts';
import { isEnd, isRunning, isStart, parseEvent, parseJournal } from './journal-lines.ts';
import { journalFile, runIds } from './run-files.ts';
import { unfinishedResult } from './unfinished.ts';

export { findRun } from './run-files.ts';

/** A run as its journal tells it. */
export interface RunRecord {
  readonly id: string;
  readonly file: string;
  readonly events: readonly Event[];
  /** Of the terminal event; for a run that has none, added up from what it did. */
  readonly result: RunResult;
  /** Its process is still at it. */
  readonly running: boolean;
  /** Lines that cannot be read, from 1, with the byte they start at. A line cut off at the end is not among them. */
  readonly unreadable: readonly { readonly line: number; readonly byte: number }[];
}

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

/** The runs kept in `dir`, newest first. Only the ends of each journal are read. */
export function listRuns(
  dir: string,
  options: { readonly limit?: number; readonly status?: RunSummary['status'] } = {},
): RunSummary[] {
  const { limit = Number.POSITIVE_INFINITY, status } = options;
  const begun = runIds(dir).flatMap((id) => beginningOf(dir, id) ?? []);
  begun.sort((a, b) => (a.started < b.started ? 1 : a.started > b.started ? -1 : a.id < b.id ? 1 : -1));
  const rows: RunSummary[] = [];
  for (const run of begun) {
    if (rows.length >= limit) break;
    const row = summaryOf(run);
    if (status === undefined || row.status === status) rows.push(row);
  }
  return rows;
}

/** Throws `StoreError` PC8101 when there is no such run, PC8103 when its journal cannot be read. */
export function readRun(dir: string, id: string): RunRecord {
  const file = journalFile(dir, id);
  const { events, writer, unreadable } = parseJournal(readJournal(file, id));
  const end = events.find(isEnd);
  const running = end === undefined && isRunning(writer);
  return { id, file, events, result: end?.result ?? unfinishedResult(id, events, running), running, unreadable };
}

/** Throws `StoreError` PC8105 for a run that is still going. */
export function removeRun(dir: string, id: string): void {
  const begun = beginningOf(dir, id);
  if (begun === undefined) throw noRun(id);
  if (summaryOf(begun).status === 'running') {
    throw new StoreError(`run ${id} is still going`, { code: 'PC8105', help: 'end it first, or wait' });
  }
  discard(begun.file);
}

/**
 * Keeps the newest journals only, so that the folder does not grow for ever: at most `runs` of them and `bytes` in all. One
 * written to in the last hour stays, its run may still be going. Returns how many were removed.
 */
export function pruneRuns(dir: string, { runs, bytes, nowMs }: { runs: number; bytes: number; nowMs: number }): number {
  const journals = runIds(dir).flatMap((id) => {
    const file = journalFile(dir, id);
    const stats = statSync(file, { throwIfNoEntry: false });
    return stats === undefined ? [] : [{ file, size: stats.size, mtimeMs: stats.mtimeMs }];
  });
  journals.sort((a, b) => b.mtimeMs - a.mtimeMs);
  let kept = 0;
  let total = 0;
  let removed = 0;
  for (const { file, size, mtimeMs } of journals) {
    kept += 1;
    total += size;
    if ((kept <= runs && total <= bytes) || nowMs - mtimeMs < HOUR_MS) continue;
    discard(file);
    removed += 1;
  }
  return removed;
}

/** What `promptchain run` keeps. */
export const RETENTION = { runs: 1000, bytes: 1024 * 1024 * 1024 };

interface Beginning {
  readonly id: string;
  readonly file: string;
  readonly event: ReturnType<typeof parseEvent>;
  readonly started: string;
  readonly chain: string;
}

/** Undefined for a journal that has gone meanwhile. */
function beginningOf(dir: string, id: string): Beginning | undefined {
  const file = journalFile(dir, id);
  try {
    const event = parseEvent(firstLineOf(file));
    const start = event !== undefined && isStart(event.event) ? event.event : undefined;
    return { id, file, event, started: start?.ts ?? '', chain: start?.chain.name ?? '' };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw unreadable(error, file);
  }
}

function summaryOf({ id, file, event, started, chain }: Beginning): RunSummary {
  const { text, bytes } = lastLineOf(file);
  const last = parseEvent(text)?.event;
  if (last === undefined || !isEnd(last)) {
    const status = isRunning(event?.writer) ? 'running' : 'interrupted';
    return { id, chain, status, started, durationMs: null, costUsd: null, bytes };
  }
  const { result } = last;
  return { id, chain, status: result.status, started, durationMs: result.duration_ms, costUsd: result.cost_usd, bytes };
}

function readJournal(file: string, id: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') throw noRun(id);
    throw unreadable(error, file);
  }
}

function noRun(id: string): StoreError {
  return new StoreError(`there is no run "${id}"`, { code: 'PC8101', help: 'promptchain runs list shows them' });
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

function discard(file: string): void {
  try {
    rmSync(file);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw fileError(error, { code: 'PC8103', doing: `remove the run journal ${file}` });
  }
}

function unreadable(error: unknown, file: string): Error {
  return fileError(error, { code: 'PC8103', doing: `read the run journal ${file}` });
}

const HOUR_MS = 60 * 60 * 1000;
