import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import { sessionIn } from './session.ts';

export interface SessionRow {
  readonly session: string;
  /** The file of the chain that answered last; undefined when nothing tells. */
  readonly chain: string | undefined;
  /** ISO 8601, of the last turn; empty when nothing tells. */
  readonly updated: string;
  readonly turns: number;
}

/** The sessions in what a memory store holds, the one used last first; those of one chain where it is named. */
export function listSessions(
  contents: { readonly [namespace: string]: { readonly [key: string]: Json } },
  chain?: string,
): readonly SessionRow[] {
  return Object.entries(contents)
    .flatMap(([namespace, values]) => {
      const session = sessionIn(namespace);
      return session === undefined ? [] : [rowOf(session, values)];
    })
    .filter((row) => chain === undefined || row.chain === chain)
    .toSorted((one, other) => (one.updated < other.updated ? 1 : one.updated > other.updated ? -1 : 0));
}

function rowOf(session: string, { about, history }: { readonly [key: string]: Json }): SessionRow {
  const known: JsonObject = isJsonObject(about) ? about : {};
  return {
    session,
    chain: typeof known.chain === 'string' ? known.chain : undefined,
    updated: typeof known.updated === 'string' ? known.updated : '',
    turns: Array.isArray(history) ? Math.floor(history.length / 2) : 0,
  };
}
