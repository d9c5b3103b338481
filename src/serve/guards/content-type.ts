import type { Guard, Head } from './guard.ts';
import { header } from './guard.ts';

/**
 * Takes a body as `application/json` only. A page of another origin can send any other type without asking first, so what a
 * form or a script elsewhere posts ends here.
 */
export const contentTypeGuard: Guard = (head) => {
  if (!hasBody(head) && header(head, 'content-type') === undefined) return undefined;
  if (JSON_TYPE.test(header(head, 'content-type') ?? '') && (header(head, 'content-encoding') ?? 'identity') === 'identity') {
    return undefined;
  }
  return {
    status: 415,
    code: 'PC2263',
    message: 'a body must be JSON, as it is',
    help: 'send "Content-Type: application/json" and no Content-Encoding',
    headers: { accept: 'application/json' },
  };
};

/** Something follows the head. */
export function hasBody(head: Pick<Head, 'headers'>): boolean {
  return header(head, 'transfer-encoding') !== undefined || Number(header(head, 'content-length') ?? 0) !== 0;
}

const JSON_TYPE = /^application\/json *(; *charset *= *"?utf-8"? *)?$/i;
