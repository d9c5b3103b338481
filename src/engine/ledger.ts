import { type ErrorRecord, Failure, Interrupted, LimitError, recordOf } from '../core/errors.ts';
import type { StepCompleted, StepEvent, StepFailed, StepSkipped, Warning } from '../core/event.ts';
import { exitCodeOf } from '../core/exit-code.ts';
import type { Json } from '../core/json.ts';
import { addUsage, NO_USAGE, type Usage } from '../core/model.ts';
import type { RunResult, RunStatus, StepResult } from '../core/run.ts';

export interface Ledger {
  note(event: StepEvent): void;
  result(ended: Ended, durationMs: number): RunResult;
}

/** How the run came to its end: with an output, or with whatever was thrown. */
export type Ended = { readonly output: Json; readonly stopped?: string } | { readonly error: unknown; readonly step?: string };

export interface LedgerOptions {
  readonly runId: string;
  readonly chain: RunResult['chain'];
}

/** Adds a run up from its own events: what the result says is what the events said. */
export function createLedger(options: LedgerOptions): Ledger {
  const steps = new Map<string, StepResult>();
  const warnings: Omit<Warning, 'type'>[] = [];
  let usage: Usage = NO_USAGE;
  let costUsd: number | null = 0;
  let llm = true;

  const spend = (event: StepCompleted | StepFailed) => {
    usage = addUsage(usage, event.usage);
    costUsd = costUsd === null || event.cost_usd === null ? null : costUsd + event.cost_usd;
  };

  return {
    note(event) {
      switch (event.type) {
        case 'warning':
          warnings.push(withoutType(event));
          return;
        case 'step.completed':
          steps.set(event.step, completedStep(event));
          if (event.llm === false) llm = false;
          spend(event);
          return;
        case 'step.failed':
          steps.set(event.step, failedStep(event));
          spend(event);
          return;
        case 'step.skipped':
          steps.set(event.step, skippedStep(event));
          return;
        case 'step.started':
          // Keeps the order of starting: a group comes before the steps inside it, which end first.
          steps.set(event.step, UNFINISHED);
      }
    },
    result(ended, durationMs) {
      const error = 'error' in ended ? recordOf(ended.error, ended.step) : null;
      const status = statusOf(ended);
      return {
        schema: 'promptchain.result.v1',
        run_id: options.runId,
        chain: options.chain,
        status,
        exit_code: exitCodeOf(status, error),
        output: 'error' in ended ? null : ended.output,
        steps: [...steps.values()].filter((step) => step !== UNFINISHED),
        usage,
        cost_usd: costUsd,
        duration_ms: Math.round(durationMs),
        llm,
        warnings,
        error: error as ErrorRecord | null,
        resume: null,
        ...('stopped' in ended && ended.stopped !== undefined ? { stopped: ended.stopped } : {}),
      };
    },
  };
}

function statusOf(ended: Ended): RunStatus {
  if (!('error' in ended)) return 'success';
  if (ended.error instanceof Interrupted) return 'interrupted';
  if (ended.error instanceof LimitError) return 'limited';
  return ended.error instanceof Failure && ended.error.reason === 'cancelled' ? 'interrupted' : 'failed';
}

function withoutType({ type: _, ...rest }: Warning): Omit<Warning, 'type'> {
  return rest;
}

function completedStep(event: StepCompleted): StepResult {
  return {
    ...common(event),
    status: 'completed',
    model: event.model ?? null,
    output: event.output,
    data: event.data ?? null,
    finish_reason: event.finish_reason ?? null,
    error: null,
  };
}

function failedStep(event: StepFailed): StepResult {
  return {
    ...common(event),
    status: 'failed',
    model: null,
    output: event.partial ?? '',
    data: null,
    finish_reason: null,
    error: event.error,
  };
}

function skippedStep(event: StepSkipped): StepResult {
  const { id, step, kind } = event;
  return { ...UNFINISHED, id, path: step, type: kind, status: 'skipped' };
}

function common(event: StepCompleted | StepFailed) {
  return {
    id: event.id,
    path: event.step,
    type: event.kind,
    attempts: event.attempts,
    duration_ms: event.duration_ms,
    tool_calls: 0,
    usage: event.usage,
    cost_usd: event.cost_usd,
  };
}

const UNFINISHED: StepResult = {
  id: '',
  path: '',
  type: '',
  status: 'failed',
  model: null,
  attempts: 0,
  output: '',
  data: null,
  finish_reason: null,
  duration_ms: 0,
  tool_calls: 0,
  usage: NO_USAGE,
  cost_usd: 0,
  error: null,
};
