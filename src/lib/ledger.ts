import type { ErrorRecord } from '../core/errors.ts';
import type { EventBody, StepCompleted, StepFailed, StepSkipped, StepStarted, TurnCompleted, Warning } from '../core/event.ts';
import { exitCodeOf } from '../core/exit-code.ts';
import type { Recorded } from '../core/host.ts';
import type { Json } from '../core/json.ts';
import type { Spent } from '../core/limits.ts';
import { addUsage, NO_USAGE, type Usage } from '../core/model.ts';
import type { RunResult, RunStatus, StepResult } from '../core/run.ts';

export interface Ledger {
  note(event: EventBody): void;
  /** The result as of now; a step that has started and not ended is `failed` with the error of the run. */
  result(end: RunEnd): RunResult;
}

interface Used {
  readonly usage: Usage;
  readonly costUsd: number | null;
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

/** What a run that is taken up again has done: `spent` counts, and what `recorded` tells once more does not count again. */
export interface Earlier {
  readonly spent?: Spent;
  readonly recorded?: ReadonlyMap<string, Recorded>;
}

/** Adds a run up from its own events: what a result says is what the events said, live or read from a journal. */
export function createLedger(runId: string, { spent: before, recorded }: Earlier = {}): Ledger {
  const steps = new Map<string, StepResult>();
  const turns = new Map<string, Used>();
  const toolCalls = new Map<string, number>();
  const warnings: Omit<Warning, 'type'>[] = [];
  let chain: RunResult['chain'] = { name: '', file: '', sha256: '' };
  let usage: Usage = before?.usage ?? NO_USAGE;
  let costUsd: number | null = before === undefined ? 0 : before.costUsd;
  /** Steps whose model is not a language model. */
  const otherwise = new Set<string>();
  let llm = true;

  const spend = (path: string, event: EventBody, more: Used) => {
    if (before !== undefined && recorded?.get(path)?.completed === event) return;
    usage = addUsage(usage, more.usage);
    costUsd = sum(costUsd, more.costUsd);
  };
  /** Turns count when they end, since a step that fails after some of them has used them too. */
  const turn = (event: TurnCompleted) => {
    const before = turns.get(event.step) ?? { usage: NO_USAGE, costUsd: 0 };
    const more = { usage: event.usage, costUsd: event.cost_usd };
    turns.set(event.step, { usage: addUsage(before.usage, more.usage), costUsd: sum(before.costUsd, more.costUsd) });
    spend(event.turn, event, more);
  };
  const end = (event: StepCompleted | StepFailed, rest: Partial<StepResult>) => {
    const own = { usage: event.usage, costUsd: event.cost_usd };
    spend(event.step, event, besides(own, turns.get(event.step)));
    steps.set(event.step, {
      ...blank(event),
      attempts: event.attempts,
      usage: own.usage,
      cost_usd: own.costUsd,
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

/** What a step used besides its turns, which were counted when they ended: calls that failed. */
function besides(own: Used, turns: Used | undefined): Used {
  if (turns === undefined) return own;
  const usage = {
    input_tokens: Math.max(0, own.usage.input_tokens - turns.usage.input_tokens),
    output_tokens: Math.max(0, own.usage.output_tokens - turns.usage.output_tokens),
  };
  const costUsd = own.costUsd === null || turns.costUsd === null ? own.costUsd : Math.max(0, own.costUsd - turns.costUsd);
  return { usage, costUsd };
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

function completed({ output, data, model, finish_reason, cached, reused }: StepCompleted): Partial<StepResult> {
  return {
    status: 'completed',
    output,
    data: data ?? null,
    finish_reason: finish_reason ?? null,
    ...(model === undefined ? {} : { model }),
    ...(cached === undefined ? {} : { cached }),
    ...(reused === undefined ? {} : { reused }),
  };
}

/** Rebuilt, because an event read from a journal carries its envelope too. */
function withoutType({ code, message, step }: Warning): Omit<Warning, 'type'> {
  return step === undefined ? { code, message } : { code, message, step };
}
