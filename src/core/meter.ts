import type { Limits } from './limits.ts';
import type { Model, ModelRequest, Usage } from './model.ts';

/** Holds the calls of a run, or of several that share what they may use, to limits. */
export interface Meter {
  /**
   * Called before every request. Throws `LimitError` when the call would exceed a limit; waits when it might, depending on
   * what the calls under way will have used.
   */
  admit(model: Model, request: ModelRequest, signal: AbortSignal): Promise<Admitted>;
  /** The meter of what happens inside: its own limits, and those around it. */
  within(limits: Limits): Meter;
}

export interface Admitted {
  /** To be called once, however the call ended; it does not count if nobody was asked. */
  settle(usage: Usage, costUsd: number | null, asked: boolean): void;
}
