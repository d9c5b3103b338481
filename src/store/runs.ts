import { readFileSync } from 'node:fs';
import { StoreError } from '../core/errors.ts';
import type { Event } from '../core/event.ts';
import type { JsonObject } from '../core/json.ts';
import type { RunResult } from '../core/run.ts';
import { errnoOf } from '../lib/file-cause.ts';
import { isEnd, isRunning, isStart, parseJournal } from './journal-lines.ts';
import { discardJournal, journalFile, unreadable } from './run-files.ts';
import { summaryFor } from './run-list.ts';
import { unfinishedResult } from './unfinished.ts';

/** A run as its journal tells it. */
export interface RunRecord {
  readonly id: string;
  readonly file: string;
  /** Of the last time it was begun: a run that is taken up again tells what was done before once more. */
  readonly events: readonly Event[];
  /** Of every time. */
  readonly all: readonly Event[];
  /** What it was given, for whoever takes it up again. */
  readonly given: JsonObject | undefined;
  /** Of the terminal event; for a run that has none, added up from what it did. */
  readonly result: RunResult;
  /** Its process is still at it. */
  readonly running: boolean;
  /** Lines that cannot be read, from 1, with the byte they start at. A line cut off at the end is not among them. */
  readonly unreadable: readonly { readonly line: number; readonly byte: number }[];
}

/** Throws `StoreError` PC8101 when there is no such run, PC8103 when its journal cannot be read. */
export function readRun(dir: string, id: string): RunRecord {
  const file = journalFile(dir, id);
  const { events: all, writer, given, unreadable } = parseJournal(readJournal(file, id));
  const events = all.slice(Math.max(0, all.findLastIndex(isStart)));
  const end = events.find(isEnd);
  const running = end === undefined && isRunning(writer);
  return { id, file, events, result: end?.result ?? unfinishedResult(id, events, running), running, unreadable, given, all };
}

/** Throws `StoreError` PC8105 for a run that is still going. */
export function removeRun(dir: string, id: string): void {
  const run = summaryFor(dir, id);
  if (run === undefined) throw noRun(id);
  if (run.status === 'running') {
    throw new StoreError(`run ${id} is still going`, { code: 'PC8105', help: 'end it first, or wait' });
  }
  discardJournal(journalFile(dir, id));
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
