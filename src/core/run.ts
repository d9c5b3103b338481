import type { ErrorRecord } from './errors.ts';
import type { StepFailed, Warning } from './event.ts';
import type { Recorded } from './host.ts';
import type { Io } from './io.ts';
import type { Json } from './json.ts';
import type { Limits, Spent } from './limits.ts';
import type { Memory } from './memory.ts';
import type { ChatTurn } from './message.ts';
import type { Meter } from './meter.ts';
import type { FinishReason, OpenModel, Usage } from './model.ts';
import type { Toolbox } from './tool.ts';

export type RunStatus = 'success' | 'failed' | 'not_met' | 'limited' | 'blocked' | 'interrupted';

/** What `--json` and `runs show --json` print: the whole run in one object, on success and on failure. */
export interface RunResult {
  readonly schema: 'promptchain.result.v1';
  readonly run_id: string;
  readonly chain: { readonly name: string; readonly file: string; readonly sha256: string };
  readonly status: RunStatus;
  readonly exit_code: number;
  /** Text, or the map that `output:` describes; null when the run did not get that far. */
  readonly output: Json;
  readonly steps: readonly StepResult[];
  readonly usage: Usage;
  /** US dollars; null when the price of any call is unknown. */
  readonly cost_usd: number | null;
  readonly duration_ms: number;
  /** False when any answer came from what is not a language model. */
  readonly llm: boolean;
  readonly warnings: readonly Omit<Warning, 'type'>[];
  readonly error: ErrorRecord | null;
  /** The command that goes on where this run ended; null when there is none. */
  readonly resume: string | null;
  /** The reason given by a `stop` step that ended the chain early. */
  readonly stopped?: string;
}

export interface StepResult {
  readonly id: string;
  /** Journal path: `reply/draft` is step `draft` of the sub-chain run by step `reply`. */
  readonly path: string;
  readonly type: string;
  readonly status: 'completed' | 'failed' | 'skipped';
  readonly model: string | null;
  readonly attempts: number;
  readonly output: string;
  readonly data: Json;
  readonly finish_reason: FinishReason | null;
  /** Its answer came from the cache. */
  readonly cached?: true;
  /** Its result is that of an earlier run. */
  readonly reused?: true;
  readonly duration_ms: number;
  readonly tool_calls: number;
  readonly usage: Usage;
  readonly cost_usd: number | null;
  readonly error: ErrorRecord | null;
}

/** What a turn of a conversation knows of it. */
export interface ConversationSoFar {
  /** Messages and their answers, oldest first: what `history` sends before the run's own turns, and what `{history}` reads. */
  readonly turns: readonly ChatTurn[];
  /** Who speaks: `{user}`. */
  readonly user?: string;
  /** Where a chain that names no namespace remembers. */
  readonly namespace?: string;
}

/** Everything a run needs. The engine does no I/O of its own: the world enters here. */
export interface RunOptions {
  readonly runId: string;
  readonly input: string;
  /** Values of the declared inputs, already parsed and complete with defaults. */
  readonly inputs: { readonly [name: string]: Json };
  readonly stdin?: string;
  /** The conversation that this run is a turn of. */
  readonly conversation?: ConversationSoFar;
  readonly io: Io;
  readonly openModel: OpenModel;
  readonly memory: Memory;
  /** Without one, a chain has only the tools it declares itself, and no rules about them. */
  readonly toolbox?: Toolbox;
  /** Hides secrets in what tools answer to a model: what a provider is told leaves the machine. */
  readonly redact?: <T>(value: T) => T;
  /** Overrides the chain's own namespace. */
  readonly namespace?: string;
  /** Over those of the chain. Time is for the caller to keep, by aborting `signal`. */
  readonly limits?: Limits;
  /** Of all runs that share what they may use: this one's own limits hold within it. */
  readonly meter?: Meter;
  /** What earlier parts of the same run have used: it counts for the limits and in the result. */
  readonly spent?: Spent;
  /** The final step's text goes to a reader as it comes: after its first token the step is not retried. */
  readonly live: boolean;
  /** Aborting it ends the run; its reason (`Interrupted`, `LimitError`) says how. */
  readonly signal: AbortSignal;
  /** Told what ended the run, as it was thrown: the result has no stack. */
  readonly onFailure?: (error: unknown) => void;
  /** How many branches or items run at a time at most; without it each step decides. */
  readonly concurrency?: number;
  /** Answers the question of a gate; without it nobody can. Rejects when the signal aborts. */
  readonly answer?: (question: string, signal: AbortSignal) => Promise<boolean>;
  /** Results of an earlier part of the same run, or of another run of the chain, by journal path. */
  readonly recorded?: ReadonlyMap<string, Recorded>;
  /** They are another run's: what is reused of them has cost this one nothing. */
  readonly borrowed?: boolean;
  /** The id of a step of the chain itself: this one and what comes after it run, whatever is recorded. */
  readonly from?: string;
  /** Failures that an earlier part of the same run went on after, by journal path. */
  readonly failures?: ReadonlyMap<string, StepFailed>;
  /** Paths of calls that part began and whose answers it does not have. */
  readonly begun?: ReadonlySet<string>;
  /** Paths of steps whose memory that part has already committed. */
  readonly remembered?: ReadonlySet<string>;
  /** Namespaces whose staged writes it committed at its end. */
  readonly committed?: ReadonlySet<string>;
}
