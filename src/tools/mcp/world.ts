import type { Io } from '../../core/io.ts';

/** What a server may touch of ours. */
export interface World {
  readonly io: Io;
  /** Ends the server, whatever it does. */
  readonly signal: AbortSignal;
  /** Absolute folders, told to a server that asks where it should work. */
  readonly roots: readonly string[];
  /** A line for people who want to see more: the server's stderr, its log messages, what was refused. Control characters are gone. */
  log(line: string): void;
  /** The server has other tools now: `tools` says which. A step that runs keeps those it has. */
  onToolsChanged?(): void;
}
