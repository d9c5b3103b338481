import type { Event, StepCompleted, StepFailed } from '../core/event.ts';
import type { Recorded, RecordedStep } from '../core/host.ts';
import type { StepOutcome } from '../core/step.ts';

/** What a run has done so far, as an engine takes it up. */
export interface Progress {
  /** By journal path. */
  readonly recorded: ReadonlyMap<string, Recorded>;
  /** Failures that the run went on after, by journal path. */
  readonly failures: ReadonlyMap<string, StepFailed>;
  /** Paths of calls that were begun and whose answers are not among the recorded. */
  readonly begun: ReadonlySet<string>;
  /** Paths of steps whose memory is in the store. */
  readonly remembered: ReadonlySet<string>;
  /** Namespaces to which the run wrote at its end. */
  readonly committed: ReadonlySet<string>;
}

/**
 * The finished steps, turns and calls in the events of a journal. Left out, to be done again, is what would come out
 * different: entries of which a secret was masked, calls that stage memory, calls that ran steps of their own, whose steps are
 * entries themselves, and calls whose failure ended their step. A call that was begun may have taken effect, whatever became
 * of its answer.
 */
export function progressIn(events: readonly Event[]): Progress {
  const recorded = new Map<string, Recorded>();
  const failures = new Map<string, StepFailed>();
  const remembered = new Set<string>();
  const committed = new Set<string>();
  const begun = new Set<string>();
  const again = new Set<string>();
  const failed = new Set<string>();
  for (const { v: _, seq: __, ts: ___, run_id: ____, ...event } of events) {
    if (event.type === 'tool.started') begun.add(event.call);
    if ('masked' in event && event.masked) {
      if (event.type === 'turn.completed') again.add(event.turn);
      continue;
    }
    if (event.type === 'step.completed') recorded.set(event.step, recordedStep(event));
    else if (event.type === 'turn.completed') {
      recorded.set(event.turn, { completed: event });
      again.delete(event.turn);
    } else if (event.type === 'tool.completed') {
      begun.delete(event.call);
      if (event.ends_step !== true && event.tool !== 'memory.set') recorded.set(event.call, { completed: event });
    } else if (event.type === 'memory.written' && event.committed) {
      if (event.step === undefined) committed.add(event.namespace);
      else remembered.add(event.step);
    } else if (event.type === 'step.failed') {
      // It was done again, and what it gave before counts no longer.
      recorded.delete(event.step);
      if (event.continued) failures.set(event.step, event);
      if (event.kind === 'tool') failed.add(event.step);
    }
  }
  const groups = new Set([...recorded.keys()].flatMap(pathsAround));
  for (const [path, { completed }] of recorded) {
    if (completed.type !== 'tool.completed') continue;
    if (groups.has(path) || (completed.is_error && failed.has(completed.step))) recorded.delete(path);
    // A turn that is taken again may call something else: what was answered before is not the answer to that.
    if (!again.has(turnOf(path)) && !again.has(`${turnOf(path)}b`)) continue;
    recorded.delete(path);
    begun.add(path);
  }
  return { recorded, failures, begun, remembered, committed };
}

/** Of a call `reply/t3.1` the turn `reply/t3`. */
function turnOf(call: string): string {
  return call.slice(0, call.lastIndexOf('.'));
}

function pathsAround(path: string): string[] {
  const segments = path.split('/');
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'));
}

function recordedStep(completed: StepCompleted): RecordedStep {
  const { output, data, usage, cost_usd, model, llm, finish_reason, kept = {} } = completed;
  const { asked, ...rest } = kept;
  const outcome: StepOutcome = {
    output,
    usage,
    costUsd: cost_usd,
    ...(data === undefined ? {} : { data }),
    ...(model === undefined ? {} : { model }),
    ...(llm === undefined ? {} : { llm }),
    ...(finish_reason === undefined ? {} : { finishReason: finish_reason }),
    ...(asked === undefined
      ? {}
      : {
          turn: [
            { role: 'user', text: asked },
            { role: 'assistant', text: output },
          ] as const,
        }),
    ...rest,
  };
  return { completed, outcome };
}
