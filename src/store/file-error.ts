import { Failure, StoreError } from '../core/errors.ts';
import { fileCause } from '../lib/file-cause.ts';

/** A failed file operation as a sentence that names the file and the cause. Our own errors pass through. */
export function fileError(error: unknown, { code, doing, help }: { code: string; doing: string; help?: string }): Failure {
  if (error instanceof Failure) return error;
  return new StoreError(`cannot ${doing}: ${fileCause(error)}`, { code, cause: error, ...(help === undefined ? {} : { help }) });
}
