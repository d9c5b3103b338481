import type { ErrorRecord } from '../core/errors.ts';
import type { EventBody, StepCompleted, StepFailed, StepSkipped, StepStarted, Warning } from '../core/event.ts';
import { exitCodeOf } from '../core/exit-code.ts';
import type { Json } from '../core/json.ts';
import { addUsage, NO_USAGE, type Usage } from '../core/model.ts';
import type { RunResult, RunStatus, StepResult } from '../core/run.ts';

export interface Ledger {
  note(event: EventBody): void;
  /** The result as of now; a step that has started and not ended is `failed` with the error of the run. */
  result(end: RunEnd): RunResult;
}

/** How the run came to its end. */
export interface RunEnd {
  readonly status: RunStatus;
  readonly output: Json;
  readonly error: ErrorRecord | null;
  readonly durationMs: number;
  /** By default what the status and the error say. */
  readonly exitCode?: number;
  readonly stopped?: string;
}

/** Adds a run up from its own events: what a result says is what the events said, live or read from a journal. */
export function createLedger(runId: string): Ledger {
  const steps = new Map<string, StepResult>();
  const warnings: Omit<Warning, 'type'>[] = [];
  let chain: RunResult['chain'] = { name: '', file: '', sha256: '' };
  let usage: Usage = NO_USAGE;
  let costUsd: number | null = 0;
  let llm = true;

  const end = (event: StepCompleted | StepFailed, rest: Partial<StepResult>) => {
    const { attempts, duration_ms, cost_usd } = event;
    const model = steps.get(event.step)?.model ?? null;
    steps.set(event.step, { ...blank(event), attempts, usage: event.usage, cost_usd, duration_ms, model, ...rest });
    usage = addUsage(usage, event.usage);
    costUsd = costUsd === null || cost_usd === null ? null : costUsd + cost_usd;
  };

  return {
    note(event) {
      switch (event.type) {
        case 'run.started':
          chain = event.chain;
          return;
        case 'warning':
          warnings.push(withoutType(event));
          return;
        case 'step.started':
          // Keeps the order of starting: a group comes before the steps inside it, which end first.
          steps.set(event.step, { ...blank(event), status: UNFINISHED, model: event.model ?? null });
          return;
        case 'step.completed':
          if (event.llm === false) llm = false;
          end(event, completed(event));
          return;
        case 'step.failed':
          end(event, { status: 'failed', output: event.partial ?? '', error: event.error });
          return;
        case 'step.skipped':
          steps.set(event.step, { ...blank(event), status: 'skipped' });
      }
    },
    result({ status, output, error, durationMs, exitCode, stopped }) {
      return {
        schema: 'promptchain.result.v1',
        run_id: runId,
        chain,
        status,
        exit_code: exitCode ?? exitCodeOf(status, error),
        output,
        steps: [...steps.values()].map((step) => (step.status === UNFINISHED ? { ...step, status: 'failed', error } : step)),
        usage,
        cost_usd: costUsd,
        duration_ms: Math.round(durationMs),
        llm,
        warnings,
        error,
        resume: null,
        ...(stopped === undefined ? {} : { stopped }),
      };
    },
  };
}

/** Never leaves this file: `result` makes a failure of it. */
const UNFINISHED = 'unfinished' as StepResult['status'];

function blank(event: StepStarted | StepCompleted | StepFailed | StepSkipped): StepResult {
  return {
    id: event.id,
    path: event.step,
    type: event.kind,
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
}

function completed({ output, data, model, finish_reason }: StepCompleted): Partial<StepResult> {
  return {
    status: 'completed',
    output,
    data: data ?? null,
    finish_reason: finish_reason ?? null,
    ...(model === undefined ? {} : { model }),
  };
}

/** Rebuilt, because an event read from a journal carries its envelope too. */
function withoutType({ code, message, step }: Warning): Omit<Warning, 'type'> {
  return step === undefined ? { code, message } : { code, message, step };
}
