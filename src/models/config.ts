import type { Rate } from '../core/model.ts';

/** What the user's settings say about models. Nothing in it may come from a project's files. */
export interface ModelConfig {
  /** The folder of `keys.json`. */
  readonly configDir?: string;
  /** Names of the variables in `io.env` that came from a project's `.env` file. */
  readonly envFileNames?: ReadonlySet<string>;
  /** Hosts (`host` or `host:port`) that may receive the user's keys though a project names them. */
  readonly allowHosts?: readonly string[];
  readonly providers?: { readonly [id: string]: ProviderConfig };
  readonly timeouts?: Partial<Timeouts>;
}

export interface ProviderConfig {
  readonly base_url?: string;
  readonly api_key_env?: string;
  /** Program and arguments, run without a shell; what it prints is the key. */
  readonly api_key_command?: readonly string[];
  /** What the key may do a minute, with all models together. */
  readonly rate?: Rate;
}

export interface Timeouts {
  readonly connectMs: number;
  /** Until the answer's first text. */
  readonly firstByteMs: number;
  /** Between two pieces of the answer. */
  readonly idleMs: number;
}

export const DEFAULT_TIMEOUTS: Timeouts = { connectMs: 30_000, firstByteMs: 120_000, idleMs: 60_000 };

/** Models that think, or are loaded from disk, before their first word: silence until then is no sign of trouble. */
export const SLOW_START_MS = 600_000;
