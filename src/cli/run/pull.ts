import type { Chain } from '../../core/chain.ts';
import { recordOf } from '../../core/errors.ts';
import { type Event, publicEvent, type StepFailed, type StepStarted, type Warning } from '../../core/event.ts';
import { NO_USAGE } from '../../core/model.ts';
import type { RunOptions, RunResult } from '../../core/run.ts';
import { runChain } from '../../engine/run.ts';
import type { Journal } from '../../store/journal.ts';
import { isLast, type Renderer } from '../../terminal/renderer.ts';
import { failureEvent, failureResult } from './failure.ts';

export interface Readers {
  readonly chain: Chain;
  readonly options: RunOptions;
  /** Undefined with `--no-save`. */
  readonly journal: Journal | undefined;
  readonly renderer: Renderer;
  /** The command that takes the run up again, if one can. */
  readonly resume: string | null;
  /** What the world may see of an event: without secrets, possibly a moment later. */
  readonly filter: (event: Event) => readonly Event[];
  /** Told right after the run has started; part of its result. More may be added while it goes. */
  readonly warnings: Warning[];
  /** What is to be said besides when the run has succeeded. */
  readonly lastWarnings: (() => readonly Warning[]) | undefined;
}

/**
 * The program's one loop: pulls an event, puts it into the journal, renders it, pulls the next. When an aborted run does not
 * come to its end in time, it is ended from here.
 */
export async function pull(readers: Readers): Promise<RunResult> {
  const { chain, options } = readers;
  const deliver = createDelivery(readers);
  const open = new Map<string, StepStarted>();
  const events = runChain(chain, options);
  let givenUp = false;
  const finished = (async () => {
    for (;;) {
      const next = await events.next();
      // What comes after that has no place any more: every step has been given its end.
      if (givenUp) return undefined;
      if (next.done) return next.value;
      note(open, next.value);
      await deliver(next.value);
    }
  })();
  const outcome = await Promise.race([finished, stuck(options.signal)]);
  if (outcome !== undefined) return { ...outcome, resume: resumeOf(outcome, readers) };

  givenUp = true;
  finished.catch(() => undefined);
  const about = { runId: options.runId, chain: { name: chain.name, file: chain.file, sha256: chain.sha256 } };
  const result = failureResult(options.signal.reason, about);
  const last = failureEvent(result, 0);
  const { v, seq, ts, run_id } = last;
  for (const step of [...open.values()].reverse())
    await deliver({ v, seq, ts, run_id, ...abandoned(step, options.signal.reason) });
  await deliver(last);
  return { ...result, resume: resumeOf(result, readers) };
}

/** A run that ended well has nothing to go on with, nor has one that did nothing, or whose journal is not whole. */
function resumeOf({ status, steps, usage }: RunResult, { resume, journal }: Readers): string | null {
  if (status === 'success' || journal === undefined || journal.failed !== undefined) return null;
  const didSomething = usage.output_tokens > 0 || steps.some((step) => step.status === 'completed' || step.tool_calls > 0);
  return didSomething || status === 'interrupted' ? resume : null;
}

/** Keeps the steps that have begun and not ended. */
function note(open: Map<string, StepStarted>, event: Event): void {
  if (event.type === 'step.started') open.set(event.step, event);
  if (event.type === 'step.completed' || event.type === 'step.failed') open.delete(event.step);
}

/** The end of a step that did not come to its own: every start has one. */
function abandoned({ step, id, kind }: StepStarted, reason: unknown): StepFailed {
  const error = recordOf(reason, step);
  return {
    type: 'step.failed',
    step,
    id,
    kind,
    error,
    attempts: 1,
    usage: NO_USAGE,
    cost_usd: null,
    duration_ms: 0,
    continued: false,
  };
}

/** How long an aborted run may take to end by itself: the whole process has to be gone within a second. */
const GRACE_MS = 800;

/** Resolves a while after the abort; never without one. */
function stuck(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    const wait = (): void => void setTimeout(() => resolve(undefined), GRACE_MS).unref();
    if (signal.aborted) wait();
    else signal.addEventListener('abort', wait, { once: true });
  });
}

/** Adds our own warnings to the run's events and hands everything on; after the last event nothing more. */
function createDelivery(readers: Readers): (event: Event) => Promise<void> {
  const { journal, renderer, filter, warnings, lastWarnings } = readers;
  let told = 0;
  let unsaved = false;
  let over = false;

  const hand = async (event: Event): Promise<void> => {
    for (const shown of filter(event)) {
      journal?.append(shown);
      const slow = renderer.write(publicEvent(shown));
      if (slow !== undefined) await slow;
    }
  };
  const tell = async ({ v, seq, ts, run_id }: Event): Promise<void> => {
    if (journal?.failed !== undefined && !unsaved) {
      unsaved = true;
      warnings.push({ type: 'warning', code: 'PC8104', message: `the run is not saved: ${journal.failed.message}` });
    }
    for (; told < warnings.length; told += 1) await hand({ v, seq, ts, run_id, ...(warnings[told] as Warning) });
  };

  return async (event) => {
    if (over) return;
    if (!isLast(event)) {
      await hand(event);
      await tell(event);
      return;
    }
    over = true;
    if (event.type === 'run.completed') warnings.push(...(lastWarnings?.() ?? []));
    await tell(event);
    const all = [...warnings.map(withoutType), ...event.result.warnings];
    await hand({ ...event, result: { ...event.result, resume: resumeOf(event.result, readers), warnings: all } });
  };
}

function withoutType({ type: _, ...rest }: Warning): Omit<Warning, 'type'> {
  return rest;
}
