import { NO_USAGE, type Usage } from './model.ts';

/** What a run may use before it is stopped, as its chain or the command line says. */
export interface Limits {
  /** US dollars. */
  readonly cost?: number;
  /** Milliseconds, of one start: a resumed run has them anew. */
  readonly timeMs?: number;
  /** Requests to models. */
  readonly calls?: number;
  /** Input and output together. */
  readonly tokens?: number;
}

/** What was used so far. */
export interface Spent {
  readonly usage: Usage;
  /** US dollars; null when the price of any call is unknown. */
  readonly costUsd: number | null;
  /** Requests to models. */
  readonly calls: number;
}

export const NOTHING_SPENT: Spent = { usage: NO_USAGE, costUsd: 0, calls: 0 };
