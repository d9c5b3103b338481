import type { JsonObject } from '../core/json.ts';
import type { ModelRequest, ModelSpec } from '../core/model.ts';
import type { Batch } from './batch.ts';
import type { Origin } from './failure.ts';
import type { Provider } from './provider.ts';
import type { StructuredMode } from './structured.ts';

/** One wire protocol: how a request is written and how its stream of events is read. */
export interface Protocol {
  /** Under the base URL. */
  readonly path: string;
  /** Throws `ModelError` (PC5003) for a parameter the protocol cannot carry. */
  body(spec: ModelSpec, request: ModelRequest, provider: Provider, mode?: StructuredMode): JsonObject;
  reader(origin: Origin): Reader;
}

/** Reads the events of one answer, in order. */
export interface Reader {
  /** Adds what one event says to `batch`. Throws `ModelError` for an error event or an event that makes no sense. */
  read(event: JsonObject, batch: Batch): void;
  /** The provider's own end mark has come: what is left, if anything, changes nothing of the text. */
  readonly whole: boolean;
  /** Nothing more is of interest: reading may stop. */
  readonly done: boolean;
  /** Adds usage and `finish`. Called once, when `whole`. */
  close(batch: Batch): void;
  /** A `[DONE]` line came. */
  markDone(): void;
}
