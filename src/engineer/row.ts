import type { Json, JsonObject } from '../core/json.ts';

/** What an optimiser knows of a case: what the chain is given, the right answer and a person's explanation of it. */
export interface Row {
  /** Unique in its data set. */
  readonly id: string;
  readonly input?: string;
  readonly vars: JsonObject;
  readonly expected?: Json;
  /** `category` groups rows in the verdict. */
  readonly metadata?: JsonObject;
  readonly why?: string;
}
