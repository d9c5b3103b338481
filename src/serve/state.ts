import type { Metrics } from './metrics/metrics.ts';
import type { PageFiles } from './routes/page.ts';

/** What the routes know of the server they are part of. */
export interface ServerState {
  /** Aborts when the server has been told to stop. */
  readonly closing: AbortSignal;
  readonly metrics: Metrics;
  /** How often a silent stream is given a comment. */
  readonly heartbeatMs: number;
  readonly page: PageFiles;
  /** Of the program. */
  readonly version: string;
  /** JSON Schemas of what runs tell. */
  shapes(): Promise<{ readonly result: object; readonly event: object }>;
  /** Clients must send a token. */
  readonly needsToken: boolean;
  /** Tells the operator of a fault of ours. */
  report(error: unknown): void;
}
