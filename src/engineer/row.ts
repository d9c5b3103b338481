import type { JsonObject } from '../core/json.ts';

/** What an optimiser knows of a case: what the chain is given, and a person's explanation of the right answer. */
export interface Row {
  /** Unique in its data set. */
  readonly id: string;
  readonly input?: string;
  readonly vars: JsonObject;
  readonly why?: string;
}
