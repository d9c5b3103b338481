import type { StepCompleted, StepEvent, StepKept, StepStarted } from '../core/event.ts';
import type { Entry, RecordedStep, StepExecution } from '../core/host.ts';
import type { Model, ModelSpec } from '../core/model.ts';
import type { Step, StepOutcome } from '../core/step.ts';
import { type Attempted, attempts, MODEL_DEFAULT, ONCE, type Policy, STRUCTURED_DEFAULT } from './attempts.ts';
import { contextOf, type Work } from './context.ts';
import { fingerprintOf } from './fingerprint.ts';
import { ranAnew } from './fresh.ts';
import type { Frame } from './interpret.ts';
import { runForeach, runRepeat } from './loops.ts';
import { toolScope } from './tools.ts';

/** Announces a step and does its work: a leaf as one journal entry, a group and a loop as what is inside them. */
export async function* execute(work: Work): AsyncGenerator<StepEvent, RecordedStep> {
  const { step, frame } = work;
  const opened = step.loop === undefined ? await openModel(step, frame) : {};
  yield startedEvent(work, opened.model);
  if (opened.error !== undefined) throw opened.error;
  const entry = { path: work.path, stale: work.stale, fingerprint: fingerprintOf(step, work.scope, frame.state) };
  if (isLeaf(step)) {
    const { record, reused } = yield* frame.host.step(entry, (execution) => carryOut(work, entry, opened.model, execution));
    if (!reused) ranAnew(frame.notice);
    return record;
  }
  const record = yield* carryOut(work, entry, undefined, { idempotencyKey: '', host: frame.host });
  yield record.completed;
  return record;
}

export function startedEvent({ step, path, frame }: Work, model: Model | undefined): StepStarted {
  return { type: 'step.started', step: path, id: step.name, kind: step.kind, ...modelFields(step, model), final: frame.final };
}

function isLeaf(step: Step): boolean {
  return step.loop === undefined && (step.body.shape ?? step.shape) === 'leaf';
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

/** Does the work, and makes the record that a journal keeps of it. */
async function* carryOut(
  work: Work,
  { fingerprint }: Entry,
  model: Model | undefined,
  execution: StepExecution,
): AsyncGenerator<StepEvent, RecordedStep> {
  const { step, path } = work;
  if (step.body.runs === 'command' && step.loop === undefined) await permitCommand(work);
  const { outcome, attempts: count, model: answering } = yield* outcomeOf(work, execution);
  const answered = answering === undefined ? model : await work.frame.options.openModel(answering);
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
    fingerprint,
  };
  return { completed, outcome };
}

/** The policies of a step with a loop are those of its turns. */
async function* outcomeOf(work: Work, execution: StepExecution): AsyncGenerator<StepEvent, Attempted<StepOutcome>> {
  const { step, path, scope, inside } = work;
  const { loop } = step;
  const frame = { ...work.frame, again: work.frame.again || work.stale };
  const once = { attempts: 1, model: undefined };
  if (loop?.kind === 'foreach') return { ...once, outcome: yield* runForeach(step, loop, scope.input, frame, inside) };
  if (loop?.kind === 'repeat') return { ...once, outcome: yield* runRepeat(step, loop, scope.input, frame, inside) };
  return yield* attempts({
    path,
    io: frame.options.io,
    signal: frame.signal,
    policy: policyOf(step),
    timeoutMs: step.timeoutMs,
    live: frame.final && frame.options.live,
    models: modelsOf(step),
    run: (attempt, signal) => step.body.run(contextOf(work, attempt, signal, execution)),
  });
}

function policyOf(step: Step): Policy {
  // An agent's retries are those of its turns: trying all of it again would multiply them.
  if (step.body.model !== undefined && !isLeaf(step)) return ONCE;
  if (step.retry !== undefined || !callsModel(step)) return step.retry ?? ONCE;
  return step.body.answer === undefined ? MODEL_DEFAULT : STRUCTURED_DEFAULT;
}

/** The model of a leaf, and those that answer in its place; an agent's are those of its turns. */
function modelsOf(step: Step): readonly ModelSpec[] {
  const { model } = step.body;
  return model === undefined || !callsModel(step) ? [] : [model, ...(model.fallback ?? [])];
}

function callsModel(step: Step): boolean {
  return step.body.model !== undefined && isLeaf(step);
}

/** Rules call a command `run`; asked once for all attempts, and not again when a resumed run has its result. */
async function permitCommand({ step, path, scope, frame, inside, tally }: Work): Promise<void> {
  const command = step.body.preview?.(scope) ?? '';
  const place = { frame, inside, step: path, tally };
  await frame.options.toolbox?.permit({ name: 'run' }, { command }, toolScope(place), frame.signal);
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

function modelFields(
  step: Step,
  model: Model | undefined,
  outcome?: StepOutcome,
): { readonly model?: string; readonly llm?: boolean } {
  const id = outcome?.model ?? model?.spec.id ?? step.body.model?.id;
  const llm = outcome?.llm ?? model?.llm;
  return { ...(id === undefined ? {} : { model: id }), ...(llm === undefined ? {} : { llm }) };
}

export function durationOf(work: Work): number {
  return Math.round(work.frame.options.io.clock.elapsed() - work.startedAt);
}
