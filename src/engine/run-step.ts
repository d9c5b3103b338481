import { type ErrorRecord, type Failure, LimitError, recordOf, StepError } from '../core/errors.ts';
import type { StepEvent, StepFailed } from '../core/event.ts';
import type { Scope, StepView } from '../core/scope.ts';
import type { Step, StepOutcome } from '../core/step.ts';
import { observe } from '../lib/observe.ts';
import type { Work } from './context.ts';
import { durationOf, execute, startedEvent } from './execute.ts';
import { AttemptsFailed, causeOf, FailedAt } from './failed-at.ts';
import { ranAnew, readsFresh } from './fresh.ts';
import type { Frame, Inside } from './interpret.ts';
import { isWalked, recordedFor } from './planned-step.ts';
import { scopeOf } from './state.ts';
import { createTally } from './tally.ts';

/**
 * One step from its condition to its memory: decides whether it runs, runs it, tells how it went, and stages what it remembers.
 * Returns undefined when the step left nothing behind: skipped, or failed where the chain goes on without it.
 */
export async function* runStep(
  step: Step,
  input: string,
  frame: Frame,
  inside: Inside,
): AsyncGenerator<StepEvent, StepOutcome | undefined> {
  const { state, options } = frame;
  const path = frame.prefix + step.name;
  const scope = scopeOf(state, input, frame.around);
  const stale = readsFresh(step, frame);
  // A plan has no values that are made anew, so it cannot tell whether a condition over them holds.
  const isConditionKnown = frame.plan === undefined || !stale;
  if (isConditionKnown && !(yield* holds(step, scope, path, frame, stale))) return undefined;

  const work: Work = { step, path, scope, frame, inside, stale, tally: createTally(), startedAt: options.io.clock.elapsed() };
  const failedBefore = stale ? undefined : frame.host.failure(path);
  if (failedBefore !== undefined) {
    yield startedEvent(work, undefined);
    return yield* afterFailure(work, failedBefore, failureOf(failedBefore.error));
  }
  let outcome: StepOutcome;
  try {
    const done = frame.plan === undefined || isWalked(work) ? yield* execute(work) : recordedFor(work, frame.plan);
    if (done === undefined) return unknownOutcome(work);
    outcome = done.outcome;
    state.completed += 1;
    show(frame, step, viewOf(done.completed), frame.notice.fresh);
  } catch (thrown) {
    ranAnew(frame.notice);
    return yield* afterFailure(work, failedEvent(work, thrown), causeOf(thrown));
  }
  if (outcome.turn !== undefined) {
    state.turns.push(outcome.turn);
    state.fresh.history ||= frame.notice.fresh;
  }
  yield* remember(work, outcome);
  return outcome;
}

/** In a plan, of a step that would run: what it gives is for nobody to read. */
function unknownOutcome({ step, scope, frame }: Work): StepOutcome {
  ranAnew(frame.notice);
  show(frame, step, NOTHING, true);
  for (const { key } of step.remember) frame.state.fresh.memory.add(key);
  frame.state.fresh.history ||= step.body.model !== undefined;
  return step.body.passes === true ? { output: scope.input, passThrough: true } : { output: '' };
}

/** Says why when it does not; an error in a condition fails the run and never skips a step. */
async function* holds(step: Step, scope: Scope, path: string, frame: Frame, stale: boolean): AsyncGenerator<StepEvent, boolean> {
  if (step.if === undefined) return true;
  try {
    if (step.if.evaluate(scope) === true) return true;
    const values = step.if.reads(scope);
    show(frame, step, NOTHING, stale);
    yield { type: 'step.skipped', step: path, id: step.name, kind: step.kind, condition: step.if.source, values };
    return false;
  } catch (error) {
    throw new FailedAt(path, error);
  }
}

/** What `on_error` says: nothing more, other steps in its place, or the end of the chain or branch. */
async function* afterFailure(work: Work, failed: StepFailed, cause: unknown): AsyncGenerator<StepEvent, StepOutcome | undefined> {
  const { step, path, scope, frame, inside } = work;
  const { error, attempts, cost_usd: cost, duration_ms } = failed;
  show(frame, step, { ...NOTHING, status: 'failed', error, attempts, cost, duration: duration_ms / 1000 }, frame.notice.fresh);
  yield failed;
  if (!failed.continued || step.onError === 'stop') throw new FailedAt(error.step ?? path, cause);
  if (step.onError === 'continue') return undefined;
  return yield* inside.steps(step.onError, scope.input, { ...frame, prefix: `${path}/on-error/`, tolerated: false });
}

function failedEvent(work: Work, thrown: unknown): StepFailed {
  const { step, path, frame } = work;
  const failure = thrown instanceof AttemptsFailed ? thrown.cause : thrown;
  const at = failure instanceof FailedAt ? failure.step : path;
  const partial = thrown instanceof AttemptsFailed ? thrown.partial : '';
  const cause = causeOf(thrown);
  // A limit that is reached is reached for every step.
  const goesOn = (step.onError !== 'stop' || frame.tolerated) && !(cause instanceof LimitError);
  return {
    type: 'step.failed',
    step: path,
    id: step.name,
    kind: step.kind,
    error: recordOf(cause, at),
    attempts: thrown instanceof AttemptsFailed ? thrown.attempts : 1,
    usage: work.tally.usage,
    cost_usd: work.tally.costUsd,
    duration_ms: durationOf(work),
    continued: goesOn && !frame.signal.aborted && partial === '',
    ...(partial === '' ? {} : { partial }),
  };
}

/** A failure of an earlier part of the run, as it was thrown then. */
function failureOf({ message, code, reason, help }: ErrorRecord): Failure {
  return new StepError(message, { code, reason, help });
}

async function* remember(work: Work, outcome: StepOutcome): AsyncGenerator<StepEvent, void> {
  const { step, path, frame } = work;
  const { state } = frame;
  try {
    const scope = scopeOf(state, outcome.passThrough ? work.scope.input : outcome.output, frame.around);
    const changes = [...(outcome.changes ?? []), ...step.remember.map((entry) => entry.change(scope))];
    if (frame.notice.fresh) for (const { key } of changes) state.fresh.memory.add(key);
    if (changes.length === 0 || frame.options.remembered?.has(path)) return;
    const written = frame.memory.write(state.namespace, changes, state.chain.memory);
    yield* observe(written, (event) => (event.type === 'memory.written' ? { ...event, step: path } : event));
  } catch (error) {
    throw new FailedAt(path, error);
  }
}

function show({ state }: Frame, { id }: Step, view: StepView, fresh: boolean): void {
  if (id === undefined) return;
  state.steps[id] = view;
  if (fresh) state.fresh.ids.add(id);
  else state.fresh.ids.delete(id);
}

function viewOf(completed: Extract<StepEvent, { type: 'step.completed' }>): StepView {
  return {
    output: completed.output,
    data: completed.data ?? null,
    status: 'completed',
    error: null,
    attempts: completed.attempts,
    cost: completed.cost_usd,
    duration: completed.duration_ms / 1000,
  };
}

/** Of a step that was skipped; what failed or is not known yet shows the same, but for what is known. */
const NOTHING: StepView = { output: null, data: null, status: 'skipped', error: null, attempts: 0, cost: 0, duration: 0 };
