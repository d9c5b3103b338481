import type { Refusal } from '../refusal.ts';

/** What is known of a request before its body is read; the same of an upgrade to a WebSocket. */
export interface Head {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Of the client. */
  readonly address: string;
}

/** Looks at a request before anything is done for it. */
export type Guard = (head: Head) => Refusal | undefined;

/** A header that has one value, or none. */
export function header({ headers }: Pick<Head, 'headers'>, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}
