import { StoreError } from '../../core/errors.ts';
import { findRun, listRuns } from '../../store/journal.ts';

/** The id a person means: `last`, an id, or the beginning of one. Throws `StoreError` when that is none, or more than one. */
export function runIdOf(dir: string, text: string): string {
  if (text !== 'last') return findRun(dir, text);
  const [newest] = listRuns(dir, { limit: 1 });
  if (newest !== undefined) return newest.id;
  throw new StoreError('no run is kept yet', { code: 'PC8101', help: 'promptchain run keeps one, unless --no-save is given' });
}
