import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '../core/errors.ts';
import { errnoOf } from '../lib/file-cause.ts';
import { nearest } from '../lib/nearest.ts';
import { fileError } from './file-error.ts';

/** The journal of a run. An id is part of a file name, so anything that could leave the folder is refused. */
export function journalFile(dir: string, runId: string): string {
  if (!RUN_ID.test(runId)) {
    throw new StoreError(`"${runId}" is not a run id`, { code: 'PC8101', help: 'promptchain runs list shows the ids' });
  }
  return join(dir, `${runId}${EXTENSION}`);
}

/** The ids of all runs kept in `dir`, in no order. A folder that does not exist holds none. */
export function runIds(dir: string): readonly string[] {
  try {
    return readdirSync(dir)
      .filter((name) => name.endsWith(EXTENSION) && RUN_ID.test(name.slice(0, -EXTENSION.length)))
      .map((name) => name.slice(0, -EXTENSION.length));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw fileError(error, { code: 'PC8103', doing: `read the runs in ${dir}` });
  }
}

/** The one run whose id is, or begins with, `text`. Throws `StoreError` PC8101 or PC8102. */
export function findRun(dir: string, text: string): string {
  const ids = runIds(dir);
  if (ids.includes(text)) return text;
  const fitting = text === '' ? [] : ids.filter((id) => id.startsWith(text));
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return only;
  if (only === undefined) throw noSuchRun(text, ids);
  throw new StoreError(`"${text}" is the beginning of ${fitting.length} run ids`, {
    code: 'PC8102',
    help: `give more of it: ${fitting.slice(0, 5).join(', ')}${fitting.length > 5 ? ', ...' : ''}`,
  });
}

/** Removes a journal; one that has gone already is fine. */
export function discardJournal(file: string): void {
  try {
    rmSync(file);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw fileError(error, { code: 'PC8103', doing: `remove the run journal ${file}` });
  }
}

/** What to throw when a journal cannot be read. */
export function unreadable(error: unknown, file: string): Error {
  return fileError(error, { code: 'PC8103', doing: `read the run journal ${file}` });
}

const EXTENSION = '.jsonl';
const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

function noSuchRun(text: string, ids: readonly string[]): StoreError {
  const meant = nearest(text, ids);
  const help = ids.length === 0 ? 'no run is kept yet' : 'promptchain runs list shows them';
  return new StoreError(`there is no run "${text}"`, {
    code: 'PC8101',
    help: meant === undefined ? help : `did you mean "${meant}"? ${help}`,
  });
}
