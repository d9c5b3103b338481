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
import type { StepEvent, StepRetrying } from '../core/event.ts';
import type { Io } from '../core/io.ts';
import type { ModelSpec } from '../core/model.ts';
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
  /** Milliseconds for all attempts together. */
  readonly timeoutMs?: number | undefined;
  /** What this step, or the last one inside it, says goes straight out: after the first text there is no further attempt. */
  readonly live: boolean;
  /** The model that is asked, and those that are asked in its place, in order, once the one before has failed for good. */
  readonly models?: readonly ModelSpec[];
  run(attempt: Attempt, signal: AbortSignal): AsyncGenerator<StepEvent, T>;
}

/** One of them, and what it goes by. */
export interface Attempt {
  /** From 1. */
  readonly number: number;
  readonly model: ModelSpec | undefined;
  /** What this model answered in the wrong form, oldest first. */
  readonly rejected: readonly RejectedAnswer[];
}

export interface Attempted<T> {
  readonly outcome: T;
  /** Of all models together. */
  readonly attempts: number;
  /** The one of `models` that answered. */
  readonly model: ModelSpec | undefined;
}

/** The one retry layer: the SDKs' own is off. Tries until an attempt succeeds, the policy says no more, or the time is up. */
export async function* attempts<T>(options: AttemptOptions<T>): AsyncGenerator<StepEvent, Attempted<T>> {
  const { policy, io, models = [] } = options;
  const startedAt = io.clock.elapsed();
  let turn = { index: 0, attemptsBefore: 0, startedAt, rejected: [] as readonly RejectedAnswer[] };
  const limit = deadline(options.signal, options.timeoutMs, () => timedOut(options));
  try {
    for (let attempt = 1; ; attempt += 1) {
      const model = models[turn.index];
      const tried = yield* tryOnce(options, { number: attempt, model, rejected: turn.rejected }, limit.signal);
      if ('outcome' in tried) return { outcome: tried.outcome, attempts: attempt, model };
      const failure = causeOf(tried.error);
      if (failure instanceof InvalidAnswer) turn = { ...turn, rejected: [...turn.rejected, failure.rejected] };
      const isOver = limit.signal.aborted || tried.partial !== '';
      const own = attempt - turn.attemptsBefore;
      const waitMs = isOver ? undefined : waitFor(tried.error, own, policy, io);
      const at = io.clock.elapsed() + (waitMs ?? 0);
      if (
        waitMs !== undefined &&
        !isTooLate(at - startedAt, failure instanceof InvalidAnswer ? 0 : at - turn.startedAt, options)
      ) {
        yield retrying(options.path, own, policy, waitMs, causeOf(tried.error) as Failure);
        await sleep(io, waitMs, limit.signal, attempt);
        continue;
      }
      const next = models[turn.index + 1];
      const error = explained(tried.error, limit.signal, policy);
      if (isOver || model === undefined || next === undefined || !anotherMayDo(error)) {
        throw new AttemptsFailed(error, attempt, tried.partial);
      }
      yield* passedOn(options.path, { from: model, to: next, attempt: own, policy, error: causeOf(error) as Failure });
      turn = { index: turn.index + 1, attemptsBefore: attempt, startedAt: io.clock.elapsed(), rejected: [] };
    }
  } finally {
    limit.clear();
  }
}

type Tried<T> = { readonly outcome: T } | { readonly error: unknown; readonly partial: string };

async function* tryOnce<T>(
  options: AttemptOptions<T>,
  attempt: Attempt,
  signal: AbortSignal,
): AsyncGenerator<StepEvent, Tried<T>> {
  let partial = '';
  const out = new Set([options.path]);
  try {
    const work = options.run(attempt, signal);
    const outcome = yield* observe(work, (event) => {
      if (event.type === 'step.started' && event.final) out.add(event.step);
      if (options.live && event.type === 'step.delta' && out.has(event.step)) partial += event.text;
      return event;
    });
    return { outcome };
  } catch (error) {
    return { error, partial };
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
  ...MODEL_DEFAULT,
  attempts: 3,
  on: new Set<Reason>([...TEMPORARY, 'invalid_output']),
};

/** Undefined: no further attempt. */
function waitFor(thrown: unknown, attempt: number, policy: Policy, io: Io): number | undefined {
  const error = causeOf(thrown);
  if (!(error instanceof Failure) || attempt >= policy.attempts || !policy.on.has(error.reason)) return undefined;
  if (error instanceof InvalidAnswer) return 0;
  if (error instanceof ModelError && error.final) return undefined;
  return waitBeforeRetry(attempt, error instanceof ModelError ? error.retryAfterMs : undefined, () => io.random());
}

/** `allMs` since the first attempt of all, `ownMs` since that of the model; 0 while it answers, be it in the wrong form. */
function isTooLate(
  allMs: number,
  ownMs: number,
  { timeoutMs, policy }: { timeoutMs?: number | undefined; policy: Policy },
): boolean {
  return allMs > (timeoutMs ?? Number.POSITIVE_INFINITY) || ownMs > (policy.withinMs ?? Number.POSITIVE_INFINITY);
}

/** Failures that are one model's or one provider's; the others, such as a limit of the run, would be the same for all. */
const OF_THE_MODEL: ReadonlySet<Reason> = new Set<Reason>([
  ...TEMPORARY,
  'invalid_output',
  'auth',
  'quota',
  'bad_request',
  'not_found',
  'context_overflow',
  'refusal',
  'empty_output',
  'incomplete',
]);

function anotherMayDo(thrown: unknown): boolean {
  const error = causeOf(thrown);
  return error instanceof Failure && OF_THE_MODEL.has(error.reason);
}

interface PassedOn {
  readonly from: ModelSpec;
  readonly to: ModelSpec;
  readonly attempt: number;
  readonly policy: Policy;
  readonly error: Failure;
}

/** Told twice: the event says that the text so far does not count, the warning is kept in the result. */
function* passedOn(path: string, { from, to, attempt, policy, error }: PassedOn): Generator<StepEvent, void> {
  yield { ...retrying(path, attempt, policy, 0, error), model: to.id };
  const message = `${to.id} answers in place of ${from.id}, which failed: ${error.message}`;
  yield { type: 'warning', code: 'PC6103', message, step: path };
}

function retrying(path: string, attempt: number, policy: Policy, waitMs: number, error: Failure): StepRetrying {
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

async function sleep(io: Io, waitMs: number, signal: AbortSignal, attempt: number): Promise<void> {
  try {
    await io.clock.sleep(waitMs, signal);
  } catch {
    throw new AttemptsFailed(signal.reason, attempt, '');
  }
}

function timedOut({ path, timeoutMs = 0 }: { path: string; timeoutMs?: number | undefined }): StepError {
  return new StepError(`step "${path}" took longer than its timeout of ${timeoutMs / 1000} s`, {
    code: 'PC6101',
    reason: 'timeout',
    help: 'raise its "timeout", or see with -v what it waits for',
  });
}
