import type { ErrorRecord } from '../core/errors.ts';
import type { Event, StepCompleted, StepFailed, StepSkipped, StepStarted, Warning } from '../core/event.ts';
import { addUsage, NO_USAGE, type Usage } from '../core/model.ts';
import type { RunResult, StepResult } from '../core/run.ts';
import { isStart } from './journal-lines.ts';

/** The result of a run whose journal has no end: what its events tell, with status `interrupted`. */
export function unfinishedResult(runId: string, events: readonly Event[], running: boolean): RunResult {
  const error = running ? STILL_RUNNING : KILLED;
  const steps = new Map<string, StepResult>();
  for (const event of events) addStep(steps, event, error);
  const done = events.filter((event) => event.type === 'step.completed' || event.type === 'step.failed');
  return {
    schema: 'promptchain.result.v1',
    run_id: runId,
    chain: events.find(isStart)?.chain ?? { name: '', file: '', sha256: '' },
    status: 'interrupted',
    exit_code: KILLED_EXIT_CODE,
    output: null,
    steps: [...steps.values()],
    usage: done.reduce<Usage>((total, { usage }) => addUsage(total, usage), NO_USAGE),
    cost_usd: done.reduce<number | null>(
      (total, { cost_usd }) => (total === null || cost_usd === null ? null : total + cost_usd),
      0,
    ),
    duration_ms: durationOf(events),
    llm: !events.some((event) => event.type === 'step.completed' && event.llm === false),
    warnings: events.filter((event) => event.type === 'warning').map(warningOf),
    error,
    resume: null,
  };
}

/** What a shell reports for a process ended by SIGKILL; a journal without an end cannot tell more. */
const KILLED_EXIT_CODE = 137;

const KILLED: ErrorRecord = {
  code: 'PC8106',
  reason: 'cancelled',
  message: 'the run ended without a last word: its process was killed or the machine stopped',
};

const STILL_RUNNING: ErrorRecord = { code: 'PC8105', reason: 'cancelled', message: 'the run is still going' };

function addStep(steps: Map<string, StepResult>, event: Event, unfinished: ErrorRecord): void {
  switch (event.type) {
    case 'step.started':
      steps.set(event.step, { ...blank(event), status: 'failed', model: event.model ?? null, error: unfinished });
      return;
    case 'step.completed':
      steps.set(event.step, completed(event));
      return;
    case 'step.failed':
      steps.set(event.step, {
        ...blank(event),
        ...spent(event),
        status: 'failed',
        output: event.partial ?? '',
        error: event.error,
      });
      return;
    case 'step.skipped':
      steps.set(event.step, { ...blank(event), status: 'skipped', error: null });
  }
}

function completed(event: StepCompleted): StepResult {
  return {
    ...blank(event),
    ...spent(event),
    status: 'completed',
    model: event.model ?? null,
    output: event.output,
    data: event.data ?? null,
    finish_reason: event.finish_reason ?? null,
    error: null,
  };
}

function blank(event: StepStarted | StepCompleted | StepFailed | StepSkipped) {
  return {
    id: event.id,
    path: event.step,
    type: event.kind,
    model: null,
    attempts: 0,
    output: '',
    data: null,
    finish_reason: null,
    duration_ms: 0,
    tool_calls: 0,
    usage: NO_USAGE,
    cost_usd: 0,
  };
}

function spent({ attempts, usage, cost_usd, duration_ms }: StepCompleted | StepFailed) {
  return { attempts, usage, cost_usd, duration_ms };
}

function durationOf(events: readonly Event[]): number {
  const [first, last] = [events[0], events.at(-1)];
  return first === undefined || last === undefined ? 0 : Math.max(0, Date.parse(last.ts) - Date.parse(first.ts));
}

function warningOf({ code, message, step }: Warning): Omit<Warning, 'type'> {
  return step === undefined ? { code, message } : { code, message, step };
}
