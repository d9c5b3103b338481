import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { ToolError } from '../../core/errors.ts';

/** A connection to one server, below the protocol: what the SDK speaks through, and what is left to know when it fails. */
export interface Wire extends Transport {
  /** The end of what the server wrote to stderr; none over HTTP. */
  lastLines(): readonly string[];
  /** Why the connection is gone; undefined while it lives, and when `close` was what ended it. */
  death(): ToolError | undefined;
  /** Resolves when nothing of the connection is left, processes included. `hurry`: it is given less time. May be called again. */
  close(hurry?: boolean): Promise<void>;
}
