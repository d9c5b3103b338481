import { LimitError, recordOf } from '../core/errors.ts';
import type { StepCompleted, StepEvent, StepFailed, StepKept } from '../core/event.ts';
import type { RecordedStep, StepExecution } from '../core/host.ts';
import type { Model } from '../core/model.ts';
import type { Scope, StepView } from '../core/scope.ts';
import type { Step, StepOutcome } from '../core/step.ts';
import { observe } from '../lib/observe.ts';
import { attempts, MODEL_DEFAULT, ONCE, STRUCTURED_DEFAULT } from './attempts.ts';
import { contextOf, type Work } from './context.ts';
import { AttemptsFailed, causeOf, FailedAt } from './failed-at.ts';
import type { Frame, Inside } from './interpret.ts';
import { scopeOf } from './state.ts';
import { createTally } from './tally.ts';
import { toolScope } from './tools.ts';

/**
 * One step from its condition to its memory: decides whether it runs, runs its attempts, tells how it went, and stages what
 * it remembers. Returns undefined when the step left nothing behind: skipped, or failed with `on_error: continue`.
 */
export async function* runStep(
  step: Step,
  input: string,
  frame: Frame,
  inside: Inside,
): AsyncGenerator<StepEvent, StepOutcome | undefined> {
  const { state } = frame;
  const path = frame.prefix + step.name;
  const scope = scopeOf(state, input);
  if (!(yield* holds(step, scope, path, frame))) return undefined;

  const work = { step, path, scope, frame, inside, tally: createTally(), startedAt: frame.options.io.clock.elapsed() };
  let done: RecordedStep;
  try {
    done = yield* execute(work);
  } catch (thrown) {
    const failed = failedEvent(work, thrown);
    show(frame, step, {
      ...NOTHING,
      status: 'failed',
      error: failed.error,
      attempts: failed.attempts,
      cost: failed.cost_usd,
      duration: failed.duration_ms / 1000,
    });
    yield failed;
    if (failed.continued) return undefined;
    throw new FailedAt(failed.error.step ?? path, causeOf(thrown));
  }
  state.completed += 1;
  show(frame, step, viewOf(done.completed));
  if (done.outcome.turn !== undefined) state.turns.push(done.outcome.turn);
  yield* remember(work, done.outcome);
  return done.outcome;
}

/** Says why when it does not; an error in a condition fails the run and never skips a step. */
async function* holds(step: Step, scope: Scope, path: string, frame: Frame): AsyncGenerator<StepEvent, boolean> {
  if (step.if === undefined) return true;
  try {
    if (step.if.evaluate(scope) === true) return true;
    const values = step.if.reads(scope);
    show(frame, step, NOTHING);
    yield { type: 'step.skipped', step: path, id: step.name, kind: step.kind, condition: step.if.source, values };
    return false;
  } catch (error) {
    throw new FailedAt(path, error);
  }
}

async function* execute(work: Work): AsyncGenerator<StepEvent, RecordedStep> {
  const { step, path, frame } = work;
  const opened = await openModel(step, frame);
  const name = { step: path, id: step.name, kind: step.kind };
  yield { type: 'step.started', ...name, ...modelFields(step, opened.model), final: frame.final };
  if (opened.error !== undefined) throw opened.error;
  if (shapeOf(step) === 'leaf') return yield* frame.host.step(path, (execution) => record(work, opened.model, execution));
  const recorded = yield* record(work, undefined, { idempotencyKey: '', host: frame.host });
  yield recorded.completed;
  return recorded;
}

/** Opened before the step is announced, so that the announcement names the model `auto` stands for. */
async function openModel(step: Step, frame: Frame): Promise<{ readonly model?: Model; readonly error?: unknown }> {
  if (step.body.model === undefined) return {};
  try {
    return { model: await frame.options.openModel(step.body.model) };
  } catch (error) {
    return { error };
  }
}

async function* record(work: Work, model: Model | undefined, execution: StepExecution): AsyncGenerator<StepEvent, RecordedStep> {
  const { step, path, frame } = work;
  const { options } = frame;
  const callsModel = step.body.model !== undefined && shapeOf(step) === 'leaf';
  if (step.body.runs === 'command') await permitCommand(work);
  const standard = !callsModel ? ONCE : step.body.answer === undefined ? MODEL_DEFAULT : STRUCTURED_DEFAULT;
  const {
    outcome,
    attempts: count,
    model: answering,
  } = yield* attempts({
    path,
    io: options.io,
    signal: frame.signal,
    // An agent's retries are those of its turns: trying all of it again would multiply them.
    policy: step.body.model !== undefined && !callsModel ? ONCE : (step.retry ?? standard),
    timeoutMs: step.timeoutMs,
    live: frame.final && options.live,
    models: callsModel && step.body.model !== undefined ? [step.body.model, ...(step.body.model.fallback ?? [])] : [],
    run: (attempt, signal) => step.body.run(contextOf(work, attempt, signal, execution)),
  });
  const answered = answering === undefined ? model : await options.openModel(answering);
  const completed: StepCompleted = {
    type: 'step.completed',
    step: path,
    id: step.name,
    kind: step.kind,
    output: outcome.output,
    ...(outcome.data === undefined ? {} : { data: outcome.data }),
    ...modelFields(step, answered, outcome),
    ...(outcome.finishReason === undefined ? {} : { finish_reason: outcome.finishReason }),
    ...(outcome.cached === true ? { cached: true } : {}),
    attempts: count,
    usage: work.tally.usage,
    cost_usd: work.tally.costUsd,
    duration_ms: durationOf(work),
    ...keptOf(outcome),
  };
  return { completed, outcome };
}

/** Rules call a command `run`; asked once for all attempts, and not again when a resumed run has its result. */
async function permitCommand({ step, path, scope, frame, inside, tally }: Work): Promise<void> {
  const command = step.body.preview?.(scope) ?? '';
  await frame.options.toolbox?.permit(
    { name: 'run' },
    { command },
    toolScope({ frame, inside, step: path, tally }),
    frame.signal,
  );
}

function keptOf({ turn, changes, passThrough, stop }: StepOutcome): { readonly kept?: StepKept } {
  const kept: StepKept = {
    ...(turn === undefined ? {} : { asked: turn[0].text }),
    ...(changes === undefined ? {} : { changes }),
    ...(passThrough === undefined ? {} : { passThrough }),
    ...(stop === undefined ? {} : { stop }),
  };
  return Object.keys(kept).length === 0 ? {} : { kept };
}

async function* remember(work: Work, outcome: StepOutcome): AsyncGenerator<StepEvent, void> {
  const { step, path, frame } = work;
  if (frame.options.remembered?.has(path)) return;
  try {
    const scope = scopeOf(frame.state, outcome.passThrough ? work.scope.input : outcome.output);
    const changes = [...(outcome.changes ?? []), ...step.remember.map((entry) => entry.change(scope))];
    if (changes.length === 0) return;
    const written = frame.memory.write(frame.state.namespace, changes, frame.state.chain.memory);
    yield* observe(written, (event) => (event.type === 'memory.written' ? { ...event, step: path } : event));
  } catch (error) {
    throw new FailedAt(path, error);
  }
}

function failedEvent(work: Work, thrown: unknown): StepFailed {
  const { step, path, frame } = work;
  const cause = causeOf(thrown);
  const at = thrown instanceof AttemptsFailed && thrown.cause instanceof FailedAt ? thrown.cause.step : path;
  const partial = thrown instanceof AttemptsFailed ? thrown.partial : '';
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
    // A limit that is reached is reached for every step.
    continued: step.onError === 'continue' && !frame.signal.aborted && partial === '' && !(cause instanceof LimitError),
    ...(partial === '' ? {} : { partial }),
  };
}

function modelFields(
  step: Step,
  model: Model | undefined,
  outcome?: StepOutcome,
): { readonly model?: string; readonly llm?: boolean } {
  const id = outcome?.model ?? model?.spec.id ?? step.body.model?.id;
  const llm = outcome?.llm ?? model?.llm;
  return { ...(id === undefined ? {} : { model: id }), ...(llm === undefined ? {} : { llm }) };
}

function shapeOf(step: Step): 'leaf' | 'group' {
  return step.body.shape ?? step.shape;
}

function show(frame: Frame, step: Step, view: StepView): void {
  if (step.id !== undefined) frame.state.steps[step.id] = view;
}

function viewOf(completed: StepCompleted): StepView {
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

const NOTHING: StepView = { output: null, data: null, status: 'skipped', error: null, attempts: 0, cost: 0, duration: 0 };

function durationOf(work: Work): number {
  return Math.round(work.frame.options.io.clock.elapsed() - work.startedAt);
}
