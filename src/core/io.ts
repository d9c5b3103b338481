/**
 * The world, as one value: the only seam a test needs. Everything below `cli` reaches streams, environment, clock and
 * network through it.
 */
export interface Io {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** The process environment with what `.env` adds; never written to. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
  readonly clock: Clock;
  /** In [0, 1). */
  random(): number;
  /** The installed package's folder: `prompts/` and `schema/` are in it. */
  readonly packageDir: string;
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Monotonic milliseconds, for durations. */
  elapsed(): number;
  /** Resolves after `ms`; rejects at once with the signal's reason when that aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}
