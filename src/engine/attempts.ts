import {
  Failure,
  InvalidAnswer,
  ModelError,
  type Reason,
  type RejectedAnswer,
  recordOf,
  StepError,
  TEMPORARY,
} from '../core/errors.ts';
import type { StepEvent } from '../core/event.ts';
import type { Io } from '../core/io.ts';
import { addUsage, NO_USAGE, type Usage } from '../core/model.ts';
import type { RetryPolicy } from '../core/step.ts';
import { observe } from '../lib/observe.ts';
import { LONGEST_REQUESTED_WAIT_MS, waitBeforeRetry } from '../lib/wait.ts';
import { deadline } from './deadline.ts';
import { AttemptsFailed, causeOf } from './failed-at.ts';

export interface AttemptOptions<T> {
  /** What the retry events are about. */
  readonly path: string;
  readonly io: Io;
  readonly signal: AbortSignal;
  readonly policy: Policy;
  /** Milliseconds for all attempts together, and for each one. */
  readonly timeoutMs?: number | undefined;
  readonly attemptMs?: number | undefined;
  /** What this step, or the last one inside it, says goes straight out: after the first text there is no further attempt. */
  readonly live: boolean;
  /** `rejected` is what the attempts before answered in the wrong form. */
  run(attempt: number, signal: AbortSignal, rejected: readonly RejectedAnswer[]): AsyncGenerator<StepEvent, T>;
}

export interface Attempted<T> {
  readonly outcome: T;
  readonly attempts: number;
  /** By the attempts that failed. */
  readonly wasted: Usage;
}

/** The one retry layer: the SDKs' own is off. Tries until an attempt succeeds, the policy says no more, or the time is up. */
export async function* attempts<T>(options: AttemptOptions<T>): AsyncGenerator<StepEvent, Attempted<T>> {
  const { policy, io } = options;
  const startedAt = io.clock.elapsed();
  const limit = deadline(options.signal, options.timeoutMs, () => timedOut(options));
  const rejected: RejectedAnswer[] = [];
  let wasted = NO_USAGE;
  try {
    for (let attempt = 1; ; attempt += 1) {
      const tried = yield* tryOnce(options, attempt, limit.signal, rejected);
      if ('outcome' in tried) return { outcome: tried.outcome, attempts: attempt, wasted };
      if (tried.error instanceof ModelError) wasted = addUsage(wasted, tried.error.usage ?? NO_USAGE);
      if (tried.error instanceof InvalidAnswer) rejected.push(tried.error.rejected);
      const waitMs = limit.signal.aborted || tried.partial !== '' ? undefined : waitFor(tried.error, attempt, policy, io);
      if (waitMs === undefined || isTooLate(io.clock.elapsed() - startedAt + waitMs, tried.error, options)) {
        throw new AttemptsFailed(explained(tried.error, limit.signal, policy), attempt, tried.partial, wasted);
      }
      yield retrying(options.path, attempt, policy, waitMs, causeOf(tried.error) as Failure);
      await sleep(io, waitMs, limit.signal, attempt, wasted);
    }
  } finally {
    limit.clear();
  }
}

type Tried<T> = { readonly outcome: T } | { readonly error: unknown; readonly partial: string };

async function* tryOnce<T>(
  options: AttemptOptions<T>,
  attempt: number,
  signal: AbortSignal,
  rejected: readonly RejectedAnswer[],
): AsyncGenerator<StepEvent, Tried<T>> {
  let partial = '';
  const out = new Set([options.path]);
  const call = deadline(signal, options.attemptMs, () => callTimedOut(options));
  try {
    const work = options.run(attempt, call.signal, [...rejected]);
    const outcome = yield* observe(work, (event) => {
      if (event.type === 'step.started' && event.final) out.add(event.step);
      if (options.live && event.type === 'step.delta' && out.has(event.step)) partial += event.text;
      return event;
    });
    return { outcome };
  } catch (error) {
    return { error: call.signal.aborted && !signal.aborted ? call.signal.reason : error, partial };
  } finally {
    call.clear();
  }
}

export interface Policy extends RetryPolicy {
  /** No new attempt starts later than this after the first began. */
  readonly withinMs?: number;
}

export const ONCE: Policy = { attempts: 1, on: new Set<Reason>() };

/** For a model call whose step says nothing about it: four tries within two minutes, for failures of the moment only. */
export const MODEL_DEFAULT: Policy = { attempts: 4, on: TEMPORARY, withinMs: 120_000 };

/** The same for a step that says what the answer must be: three tries in all, the answers of the wrong form among them. */
export const STRUCTURED_DEFAULT: Policy = {
  attempts: 3,
  on: new Set<Reason>([...TEMPORARY, 'invalid_output']),
  withinMs: 120_000,
};

/** The longest one answer of a model may take. */
export const LONGEST_CALL_MS = 600_000;

/** Undefined: no further attempt. */
function waitFor(thrown: unknown, attempt: number, policy: Policy, io: Io): number | undefined {
  const error = causeOf(thrown);
  if (!(error instanceof Failure) || attempt >= policy.attempts || !policy.on.has(error.reason)) return undefined;
  if (error instanceof InvalidAnswer) return 0;
  return waitBeforeRetry(attempt, error instanceof ModelError ? error.retryAfterMs : undefined, () => io.random());
}

/** A model that answers in the wrong form is up: asking it again is not waiting for it. */
function isTooLate(
  elapsedMs: number,
  error: unknown,
  { timeoutMs, policy }: Pick<AttemptOptions<unknown>, 'timeoutMs' | 'policy'>,
): boolean {
  const withinMs = causeOf(error) instanceof InvalidAnswer ? undefined : policy.withinMs;
  return elapsedMs > Math.min(timeoutMs ?? Number.POSITIVE_INFINITY, withinMs ?? Number.POSITIVE_INFINITY);
}

function retrying(path: string, attempt: number, policy: Policy, waitMs: number, error: Failure): StepEvent {
  return {
    type: 'step.retrying',
    step: path,
    attempt,
    attempts: policy.attempts,
    reason: error.reason,
    wait_ms: Math.round(waitMs),
    error: recordOf(error, path),
  };
}

/** What the caller is told: an abort has its own reason, and a wait nobody makes is named. */
function explained(error: unknown, signal: AbortSignal, policy: Policy): unknown {
  if (signal.aborted) return signal.reason;
  if (!(error instanceof ModelError) || error.retryAfterMs === undefined || !policy.on.has(error.reason)) return error;
  if (error.retryAfterMs <= LONGEST_REQUESTED_WAIT_MS) return error;
  const seconds = Math.round(error.retryAfterMs / 1000);
  const message = `${error.message} (it asks to wait ${seconds} s; the longest wait is ${LONGEST_REQUESTED_WAIT_MS / 1000} s)`;
  const { code, reason, provider, status, retryAfterMs } = error;
  return new ModelError(message, {
    code,
    reason,
    provider,
    status,
    retryAfterMs,
    help: `run it again in ${seconds} s`,
    cause: error,
  });
}

async function sleep(io: Io, waitMs: number, signal: AbortSignal, attempt: number, wasted: Usage): Promise<void> {
  try {
    await io.clock.sleep(waitMs, signal);
  } catch {
    throw new AttemptsFailed(signal.reason, attempt, '', wasted);
  }
}

function timedOut({ path, timeoutMs = 0 }: { path: string; timeoutMs?: number | undefined }): StepError {
  return new StepError(`step "${path}" took longer than its timeout of ${timeoutMs / 1000} s`, {
    code: 'PC6101',
    reason: 'timeout',
    help: 'raise its "timeout", or see with -v what it waits for',
  });
}

function callTimedOut({ attemptMs = 0 }: { attemptMs?: number | undefined }): StepError {
  return new StepError(`the model did not finish its answer within ${attemptMs / 60_000} minutes`, {
    code: 'PC6102',
    reason: 'timeout',
    help: 'ask for less in one step, or lower max_tokens',
  });
}
