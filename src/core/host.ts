import type { StepCompleted, StepEvent, StepFailed, ToolCompleted, TurnCompleted } from './event.ts';
import type { Json } from './json.ts';
import type { Scope } from './scope.ts';
import type { Step, StepOutcome } from './step.ts';

/**
 * Where a run happens: the local process today, a durable engine elsewhere. The interpreter asks it for everything that must
 * come out the same when the run is taken up again.
 *
 * Concurrency exists only through `all`, over single steps or children: a sequence of steps never runs beside another one
 * within one journal scope, because engines that number their journal entries cannot recover that.
 */
export interface Host {
  readonly runId: string;
  /** Does the work once per entry: a result recorded earlier is returned without calling `work`. Its record is yielded. */
  step<R extends Recorded>(
    entry: Entry,
    work: (exec: StepExecution) => AsyncGenerator<StepEvent, R>,
  ): AsyncGenerator<StepEvent, { readonly record: R; readonly reused: boolean }>;
  /** A failure that the run went on after, when it was recorded earlier: it is not tried again. */
  failure(path: string): StepFailed | undefined;
  /** Runs a list of steps in a journal scope of its own. */
  child<T>(path: string, call: ChildCall<T>, signal: AbortSignal): AsyncGenerator<StepEvent, T>;
  /**
   * Runs the branches together, at most `concurrency` at a time; results keep their order. The first failure aborts the others
   * and is thrown once they have ended. A branch gets a host that allows one `step` or one `child` and nothing more.
   */
  all<T>(
    branches: readonly Branch<T>[],
    options: { readonly concurrency: number; readonly signal: AbortSignal },
  ): AsyncGenerator<StepEvent, T[]>;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  now(): Promise<number>;
  uuid(): Promise<string>;
  /** Resolves with the answer someone sends under `name`, null after `timeoutMs`. */
  waitSignal(name: string, options: WaitOptions): Promise<Json | null>;
}

export interface WaitOptions {
  /** What to ask them. */
  readonly question: string;
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
}

/** One piece of work in the journal. */
export interface Entry {
  readonly path: string;
  /** Of what is done and what it is done with, hex: a result recorded under another one is not used. */
  readonly fingerprint: string;
  /** What it reads came out anew in this run, so it is done again whatever was recorded. */
  readonly stale: boolean;
}

export type Branch<T> = (host: Host, signal: AbortSignal) => AsyncGenerator<StepEvent, T>;

export interface StepExecution {
  /** Stable over attempts and restarts, different for every step of every run. */
  readonly idempotencyKey: string;
  /** For entries inside this one, such as the steps of a chain that runs as a tool. */
  readonly host: Host;
}

/** What a journal keeps of a piece of work: its completion event, and of a step what later steps need besides. */
export type Recorded = RecordedStep | RecordedTurn | RecordedCall;

export interface RecordedStep {
  readonly completed: StepCompleted;
  readonly outcome: StepOutcome;
}

export interface RecordedTurn {
  readonly completed: TurnCompleted;
}

export interface RecordedCall {
  readonly completed: ToolCompleted;
}

export interface ChildCall<T> {
  /** The steps, and what they read: all that another process would need. */
  readonly steps: readonly Step[];
  readonly scope: Scope;
  readonly namespace: string;
  /** The same, for a host in this process. */
  run(host: Host, signal: AbortSignal): AsyncGenerator<StepEvent, T>;
}
