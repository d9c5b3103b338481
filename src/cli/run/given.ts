import { createHash } from 'node:crypto';
import type { Chain } from '../../core/chain.ts';
import { StoreError } from '../../core/errors.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import type { ConversationSoFar } from '../../core/run.ts';
import type { Redactor } from '../redact.ts';
import type { RunFlags } from './flags.ts';

/** What a run was given, kept in its journal for whoever takes it up again. */
export interface Given {
  readonly flags: RunFlags;
  /** The working folder. */
  readonly cwd: string;
  /** Of the chain file and of every file it includes, hex. */
  readonly sha256: string;
  readonly input: string;
  readonly stdin?: string;
  readonly conversation?: ConversationSoFar;
  readonly inputs: JsonObject;
  /** Of its trace, so that whoever takes it up again can link to it. */
  readonly traceparent?: string;
}

/** Undefined when a secret is in it, for a journal holds none; or when the chain was read from stdin, which is gone. */
export function keptGiven(given: Given, redactor: Redactor): JsonObject | undefined {
  const kept = JSON.parse(JSON.stringify(given)) as JsonObject;
  if (given.flags.chain === '-') return undefined;
  return redactor.value(kept) === kept ? kept : undefined;
}

/** Throws `StoreError` PC8107 for a run that cannot be taken up again. */
export function givenIn(kept: JsonObject | undefined, id: string): Given {
  if (kept !== undefined && isJsonObject(kept.flags) && typeof kept.sha256 === 'string') return kept as unknown as Given;
  throw new StoreError(`run ${id} cannot be resumed: its journal does not tell what it was given`, {
    code: 'PC8107',
    help: 'a run whose chain came from stdin, or whose input held a secret, is started anew',
  });
}

export function contentHash({ sources, file, sha256, answer }: Chain): string {
  const hash = createHash('sha256').update(`${file}\n${sha256}\n`);
  if (answer !== undefined) hash.update(JSON.stringify(answer));
  for (const [name, text] of [...sources].sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(JSON.stringify([name, text]));
  return hash.digest('hex');
}
