import { closeSync, fchmodSync, fdatasync, ftruncateSync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import { type Event, journalEvent } from '../core/event.ts';
import { fileError } from './file-error.ts';
import { keepPrivate, makePrivateFolder, syncFolder, writeFully } from './private-file.ts';
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

/** Begins the journal of a new run. Nothing is created before the first event. */
export function openJournal(dir: string, runId: string): Journal {
  const file = journalFile(dir, runId);
  let descriptor: number | undefined;
  let written = 0;
  let closed = false;
  let failed: Error | undefined;

  const fail = (error: unknown): void => {
    failed ??= fileError(error, { code: 'PC8104', doing: `write the run journal ${file}` });
  };
  const write = (event: Event): void => {
    const first = descriptor === undefined;
    descriptor ??= create(dir, file);
    const line = first ? { ...journalEvent(event), writer: ownIdentity() } : journalEvent(event);
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
        syncFolder(dir);
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
