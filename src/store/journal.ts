import { closeSync, fchmodSync, fdatasync, ftruncateSync, openSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { type Event, journalEvent } from '../core/event.ts';
import type { JsonObject } from '../core/json.ts';
import { fileError } from './file-error.ts';
import { parseJournal } from './journal-lines.ts';
import { keepPrivate, makePrivateFolder, syncFolderMeanwhile, writeFully } from './private-file.ts';
import { ownIdentity } from './process-identity.ts';
import { journalFile } from './run-files.ts';

export { findRun } from './run-files.ts';
export { listRuns } from './run-list.ts';
export { readRun, removeRun } from './runs.ts';

/**
 * The record of one run: its events, one a line, in `<dir>/<run id>.jsonl`. Deltas are left out, since
 * `step.completed` has the whole text.
 */
export interface Journal {
  readonly file: string;
  /**
   * Hands the event to the system before it returns: from then on it survives the death of this process. Never throws; the
   * first failure stops the journal and stays in `failed`, for a run must not die of its record.
   */
  append(event: Event): void;
  /**
   * Puts the journal on the disk itself, once for the whole run: syncing each step would cost every chain several disk waits,
   * and all that a power failure can take without it is the record of the last seconds.
   */
  close(): Promise<void>;
  /** A `StoreError` PC8104 that says why the record is not complete. */
  readonly failed: Error | undefined;
}

export interface JournalOptions {
  /** Kept on its first line, for whoever takes the run up again. */
  readonly given?: JsonObject;
  /** Goes on with the journal there is, instead of beginning one. */
  readonly again?: boolean;
}

/** The journal of a run. Nothing is created or changed before the first event. */
export function openJournal(dir: string, runId: string, { given, again = false }: JournalOptions = {}): Journal {
  const file = journalFile(dir, runId);
  let descriptor: number | undefined;
  let placed: Promise<unknown> | undefined;
  let written = 0;
  let before = 0;
  let closed = false;
  let failed: Error | undefined;

  const fail = (error: unknown): void => {
    failed ??= fileError(error, { code: 'PC8104', doing: `write the run journal ${file}` });
  };
  const write = (event: Event): void => {
    const first = descriptor === undefined;
    if (descriptor === undefined) {
      const opened = again ? reopen(file) : { descriptor: create(dir, file), bytes: 0, seq: 0 };
      descriptor = opened.descriptor;
      written = opened.bytes;
      before = opened.seq;
      // Its name goes to the disk while the run is on; what fails of that is told at the end.
      placed = syncFolderMeanwhile(dir).then(undefined, (error: unknown) => error);
    }
    const entry = { ...journalEvent(event), seq: before + event.seq };
    const line = first ? { ...entry, writer: ownIdentity(), ...(given === undefined ? {} : { given }) } : entry;
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    try {
      writeFully(descriptor, bytes);
      written += bytes.length;
    } catch (error) {
      ftruncateSync(descriptor, written);
      throw error;
    }
  };

  return {
    file,
    append(event) {
      if (closed || failed !== undefined || DELTAS.has(event.type)) return;
      try {
        write(event);
      } catch (error) {
        fail(error);
      }
    },
    async close() {
      if (closed || descriptor === undefined) return;
      closed = true;
      try {
        await promisify(fdatasync)(descriptor);
        const error = await placed;
        if (error !== undefined) throw error;
      } catch (error) {
        fail(error);
      } finally {
        closeSync(descriptor);
      }
    },
    get failed() {
      return failed;
    },
  };
}

const DELTAS: ReadonlySet<Event['type']> = new Set<Event['type']>(['step.delta', 'step.reasoning_delta', 'turn.delta']);

function create(dir: string, file: string): number {
  makePrivateFolder(dir);
  const descriptor = openSync(file, 'ax', 0o600);
  keepPrivate(() => fchmodSync(descriptor, 0o600));
  return descriptor;
}

/** Without the line that a kill cut off, if there is one. */
function reopen(file: string): { readonly descriptor: number; readonly bytes: number; readonly seq: number } {
  const descriptor = openSync(file, 'r+');
  const content = readFileSync(descriptor);
  const bytes = content.lastIndexOf(LINE_FEED) + 1;
  ftruncateSync(descriptor, bytes);
  const last = parseJournal(content.subarray(0, bytes)).events.at(-1);
  closeSync(descriptor);
  return { descriptor: openSync(file, 'a'), bytes, seq: last === undefined ? 0 : last.seq + 1 };
}

const LINE_FEED = 0x0a;
