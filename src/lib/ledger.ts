import type { ErrorRecord } from '../core/errors.ts';
import type { EventBody, StepCompleted, StepFailed, StepSkipped, StepStarted, TurnCompleted, Warning } from '../core/event.ts';
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
  const turns = new Map<string, { readonly usage: Usage; readonly costUsd: number | null }>();
  const toolCalls = new Map<string, number>();
  const warnings: Omit<Warning, 'type'>[] = [];
  let chain: RunResult['chain'] = { name: '', file: '', sha256: '' };
  let usage: Usage = NO_USAGE;
  let costUsd: number | null = 0;
  /** Steps whose model is not a language model. */
  const otherwise = new Set<string>();
  let llm = true;

  const spend = (more: { readonly usage: Usage; readonly costUsd: number | null }) => {
    usage = addUsage(usage, more.usage);
    costUsd = sum(costUsd, more.costUsd);
  };
  /** Turns count when they end, since a step that fails after some of them has used them too. */
  const turn = (event: TurnCompleted) => {
    const before = turns.get(event.step) ?? { usage: NO_USAGE, costUsd: 0 };
    const more = { usage: event.usage, costUsd: event.cost_usd };
    turns.set(event.step, { usage: addUsage(before.usage, more.usage), costUsd: sum(before.costUsd, more.costUsd) });
    spend(more);
  };
  const end = (event: StepCompleted | StepFailed, rest: Partial<StepResult>) => {
    const spent = turns.get(event.step);
    const own = { usage: event.usage, costUsd: event.cost_usd };
    if (spent === undefined) spend(own);
    steps.set(event.step, {
      ...blank(event),
      attempts: event.attempts,
      usage: (spent ?? own).usage,
      cost_usd: (spent ?? own).costUsd,
      duration_ms: event.duration_ms,
      model: steps.get(event.step)?.model ?? null,
      tool_calls: toolCalls.get(event.step) ?? 0,
      ...rest,
    });
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
          if (event.llm === false) otherwise.add(event.step);
          // Keeps the order of starting: a group comes before the steps inside it, which end first.
          steps.set(event.step, { ...blank(event), status: UNFINISHED, model: event.model ?? null });
          return;
        case 'turn.completed':
          turn(event);
          return;
        case 'tool.completed':
          toolCalls.set(event.step, (toolCalls.get(event.step) ?? 0) + 1);
          return;
        case 'step.completed':
          if (event.llm === false || otherwise.has(event.step)) llm = false;
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

function sum(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
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

function completed({ output, data, model, finish_reason, cached }: StepCompleted): Partial<StepResult> {
  return {
    status: 'completed',
    output,
    data: data ?? null,
    finish_reason: finish_reason ?? null,
    ...(model === undefined ? {} : { model }),
    ...(cached === undefined ? {} : { cached }),
  };
}

/** Rebuilt, because an event read from a journal carries its envelope too. */
function withoutType({ code, message, step }: Warning): Omit<Warning, 'type'> {
  return step === undefined ? { code, message } : { code, message, step };
}
