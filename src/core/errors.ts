import type { Problem } from './problem.ts';

/**
 * Why something failed, as a closed list that code may decide by. The first group may be retried,
 * the rest never is: see `RETRYABLE`.
 */
export type Reason =
  | 'rate_limit'
  | 'overloaded'
  | 'timeout'
  | 'network'
  | 'server'
  | 'invalid_output'
  | 'command'
  | 'function'
  | 'auth'
  | 'quota'
  | 'bad_request'
  | 'not_found'
  | 'context_overflow'
  | 'refusal'
  | 'empty_output'
  | 'incomplete'
  | 'condition'
  | 'tool'
  | 'denied'
  | 'needs_human'
  | 'not_met'
  | 'stopped'
  | 'budget'
  | 'cancelled'
  | 'usage'
  | 'chain'
  | 'store'
  | 'internal';

/** Failures of the moment: the same call may well succeed if made again. */
export const TEMPORARY: ReadonlySet<Reason> = new Set<Reason>(['rate_limit', 'overloaded', 'timeout', 'network', 'server']);

/** What a `retry` may name; `command` and `function` are retried only when a step asks for it. */
export const RETRYABLE: ReadonlySet<Reason> = new Set<Reason>([...TEMPORARY, 'invalid_output', 'command', 'function']);

/** What an error looks like in events, results and journals. No stack, no key, no request body. */
export interface ErrorRecord {
  /** Stable code, `PC` and four digits; the families are in `promptchain help errors`. */
  readonly code: string;
  readonly reason: Reason;
  readonly message: string;
  readonly help?: string;
  /** Journal path of the step it happened in. */
  readonly step?: string;
  readonly provider?: string;
  /** HTTP status of the provider's answer. */
  readonly status?: number;
  /** How long the provider asked us to wait. */
  readonly retry_after_ms?: number;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** Everything wrong with a chain file, in the order of the file; the fields above are the first of them. */
  readonly problems?: readonly ProblemRecord[];
}

/** A problem without what only an editor or a terminal needs. */
export interface ProblemRecord {
  readonly code: string;
  readonly severity: Problem['severity'];
  readonly message: string;
  readonly help?: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

interface FailureOptions {
  readonly code: string;
  readonly reason: Reason;
  readonly help?: string | undefined;
  readonly cause?: unknown;
}

/** The base of every error we throw on purpose: what happened (`message`), its class (`reason`), how to mend it (`help`). */
export class Failure extends Error {
  readonly code: string;
  readonly reason: Reason;
  readonly help: string | undefined;

  constructor(message: string, options: FailureOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
    this.reason = options.reason;
    this.help = options.help;
  }
}

/** The command line is wrong: exit 2. */
export class UsageError extends Failure {
  constructor(message: string, options: { code?: string; help?: string; cause?: unknown } = {}) {
    super(message, { code: 'PC2001', reason: 'usage', ...options });
  }
}

/** A chain file (or a config file) is wrong: every problem of it, exit 3. `sources` maps a file to its text, for code frames. */
export class ChainError extends Failure {
  readonly problems: readonly Problem[];
  readonly sources: ReadonlyMap<string, string>;

  constructor(problems: readonly Problem[], sources: ReadonlyMap<string, string>) {
    const first = problems[0];
    super(first?.message ?? 'the chain is not valid', { code: first?.code ?? 'PC1000', reason: 'chain', help: first?.help });
    this.problems = problems;
    this.sources = sources;
  }
}

/** A model call failed. `reason` decides whether it may be made again. */
export class ModelError extends Failure {
  readonly provider: string;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  /** Making the same call again now is known to be in vain, whatever the reason. */
  readonly final: boolean;

  constructor(message: string, options: ModelFailureOptions) {
    super(message, options);
    this.provider = options.provider;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
    this.final = options.final ?? false;
  }
}

interface ModelFailureOptions extends FailureOptions {
  readonly provider: string;
  readonly status?: number | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly final?: boolean;
}

/** A model answered whole, but not in the form it was asked for. The next attempt shows it its answer and what is wrong with it. */
export class InvalidAnswer extends ModelError {
  readonly rejected: RejectedAnswer;

  constructor(message: string, options: Omit<ModelFailureOptions, 'reason'> & { rejected: RejectedAnswer }) {
    super(message, { ...options, reason: 'invalid_output' });
    this.rejected = options.rejected;
  }
}

export interface RejectedAnswer {
  readonly text: string;
  /** What the model is told about it. */
  readonly complaint: string;
}

/** A step that is not a model call failed: a command, a function, a condition. */
export class StepError extends Failure {}

/** A tool or a server failed in a way that no answer of a model could mend. */
export class ToolError extends Failure {}

/** The memory store or the run journal could not be read or written. */
export class StoreError extends Failure {
  constructor(message: string, options: { code: string; help?: string; cause?: unknown }) {
    super(message, { reason: 'store', ...options });
  }
}

/** A bound the user set (time, later cost and calls) was reached: exit 6. */
export class LimitError extends Failure {
  constructor(message: string, options: { code: string; help?: string }) {
    super(message, { reason: 'budget', ...options });
  }
}

/** Someone asked us to stop: a signal, or the reader of what we say going away. */
export class Interrupted extends Failure {
  readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGPIPE';

  constructor(signal: Interrupted['signal'], message?: string) {
    super(message ?? (signal === 'SIGPIPE' ? 'the reader of stdout went away' : `stopped by ${signal}`), {
      code: 'PC0002',
      reason: 'cancelled',
    });
    this.signal = signal;
  }
}

/** The record of any thrown value. An error that is not ours is a bug of ours: `PC0001`. */
export function recordOf(error: unknown, step?: string): ErrorRecord {
  const base = step === undefined ? {} : { step };
  if (!(error instanceof Failure)) {
    return { code: 'PC0001', reason: 'internal', message: error instanceof Error ? error.message : String(error), ...base };
  }
  return {
    code: error.code,
    reason: error.reason,
    message: error.message,
    ...(error.help === undefined ? {} : { help: error.help }),
    ...base,
    ...providerFields(error),
    ...positionFields(error),
  };
}

function providerFields(error: Failure): Partial<ErrorRecord> {
  if (!(error instanceof ModelError)) return {};
  return {
    provider: error.provider,
    ...(error.status === undefined ? {} : { status: error.status }),
    ...(error.retryAfterMs === undefined ? {} : { retry_after_ms: error.retryAfterMs }),
  };
}

function positionFields(error: Failure): Partial<ErrorRecord> {
  const [first] = error instanceof ChainError ? error.problems : [];
  if (!(error instanceof ChainError) || first === undefined) return {};
  const { file, line, column } = first.position;
  return { file, line, column, problems: error.problems.map(problemRecord) };
}

function problemRecord({ code, severity, message, label, help, position }: Problem): ProblemRecord {
  const hint = [label, help].filter((part) => part !== undefined).join('; ');
  const { file, line, column } = position;
  return { code, severity, message, ...(hint === '' ? {} : { help: hint }), file, line, column };
}
