import type { ErrorRecord, Reason } from './errors.ts';
import type { Json, JsonObject } from './json.ts';
import type { MemoryChange } from './memory.ts';
import type { ToolCall } from './message.ts';
import type { FinishReason, Usage } from './model.ts';
import type { RunResult } from './run.ts';
import type { StepOutcome } from './step.ts';

/**
 * What a run says while it goes: plain JSON, the journal's lines and the lines of `--jsonl` alike.
 *
 * Invariants: exactly one `run.started` first and one `run.completed | run.failed | run.interrupted` last; every
 * `step.started` has exactly one `step.completed | step.failed` after it, also after an abort; `seq` counts from 0 without
 * gaps; the `step.delta`s after the last `step.started` or `step.retrying` of a step concatenate to its output.
 */
export type Event = Envelope & EventBody;

export interface Envelope {
  readonly v: 1;
  readonly seq: number;
  /** ISO 8601, UTC, milliseconds. */
  readonly ts: string;
  readonly run_id: string;
}

export type EventBody = RunStarted | RunEnded | StepEvent;

export interface RunStarted {
  readonly type: 'run.started';
  readonly chain: { readonly name: string; readonly file: string; readonly sha256: string };
  /** Number of top-level steps. */
  readonly steps: number;
}

export interface RunEnded {
  readonly type: 'run.completed' | 'run.failed' | 'run.interrupted';
  readonly result: RunResult;
}

/** Everything a step may yield. `step` is always the journal path of the step it is about. */
export type StepEvent =
  | StepStarted
  | { readonly type: 'step.delta'; readonly step: string; readonly text: string }
  | { readonly type: 'step.reasoning_delta'; readonly step: string; readonly text: string }
  /** What a command wrote to stderr or a function to its console: whole lines, for people to read. */
  | { readonly type: 'step.log'; readonly step: string; readonly text: string }
  | StepRetrying
  | StepCompleted
  | StepFailed
  | StepSkipped
  | TurnStarted
  | TurnCompleted
  | { readonly type: 'turn.delta'; readonly step: string; readonly turn: string; readonly text: string }
  | ToolStarted
  | ToolCompleted
  | ServerStarted
  | ServerFailed
  | ObjectiveChecked
  | { readonly type: 'memory.read'; readonly namespace: string; readonly keys: readonly string[] }
  | MemoryWritten
  | Warning;

export interface StepStarted {
  readonly type: 'step.started';
  readonly step: string;
  /** The id the file gives it, or its number among its siblings, from 1. */
  readonly id: string;
  readonly kind: string;
  readonly model?: string;
  /** False when that model is not a language model (`echo`, `offline/extractive`). */
  readonly llm?: boolean;
  /** Its output is the output of the run: a renderer may stream it to stdout. */
  readonly final: boolean;
}

export interface StepRetrying {
  readonly type: 'step.retrying';
  readonly step: string;
  /** The attempt that failed, from 1, and how many there are in all. */
  readonly attempt: number;
  readonly attempts: number;
  readonly reason: Reason;
  readonly wait_ms: number;
  readonly error: ErrorRecord;
  /** The model that goes on, when it is another one. */
  readonly model?: string;
}

/** The record of a finished step: what a resumed run uses instead of running it again. */
export interface StepCompleted {
  readonly type: 'step.completed';
  readonly step: string;
  readonly id: string;
  readonly kind: string;
  /** Complete, so the deltas may be ignored. */
  readonly output: string;
  readonly data?: Json;
  readonly model?: string;
  readonly llm?: boolean;
  readonly finish_reason?: FinishReason;
  /** An earlier answer to the same request: nothing was asked. */
  readonly cached?: true;
  /** It is the result of an earlier run of the chain: nothing was done, and nothing used. */
  readonly reused?: true;
  readonly attempts: number;
  readonly usage: Usage;
  readonly cost_usd: number | null;
  readonly duration_ms: number;
  /** Only in the journal, see `publicEvent`: what else later steps need of this one. */
  readonly kept?: StepKept;
  /** Only in the journal: `Entry.fingerprint`. */
  readonly fingerprint?: string;
  /** Only in the journal: a secret was masked in it, so it is not what the work gave. */
  readonly masked?: true;
}

export interface StepKept extends Pick<StepOutcome, 'changes' | 'passThrough' | 'stop'> {
  /** What the model was asked, for later steps with `history`. */
  readonly asked?: string;
}

export interface StepFailed {
  readonly type: 'step.failed';
  readonly step: string;
  readonly id: string;
  readonly kind: string;
  readonly error: ErrorRecord;
  readonly attempts: number;
  readonly usage: Usage;
  readonly cost_usd: number | null;
  readonly duration_ms: number;
  /** The run goes on: `on_error` says so, here or of the branches around it. */
  readonly continued: boolean;
  /** Text that had been streamed before the failure: what stands on stdout if the step was final. */
  readonly partial?: string;
}

export interface StepSkipped {
  readonly type: 'step.skipped';
  readonly step: string;
  readonly id: string;
  readonly kind: string;
  /** The condition as written, and every value it read. */
  readonly condition: string;
  readonly values: { readonly [path: string]: Json };
}

/** A turn of an agent or of a prompt with tools. `turn` is its journal path, `step` the path of the step it belongs to. */
export interface TurnStarted {
  readonly type: 'turn.started';
  readonly step: string;
  readonly turn: string;
  readonly model: string;
}

/** The record of a finished turn: what a resumed run uses instead of asking again. */
export interface TurnCompleted {
  readonly type: 'turn.completed';
  readonly step: string;
  readonly turn: string;
  readonly model: string;
  readonly text: string;
  readonly tool_calls: readonly ToolCall[];
  /** Only in the journal, see `publicEvent`: what a later turn must give back to the provider. */
  readonly provider_items?: JsonObject;
  /** Only in the journal: `Entry.fingerprint`. */
  readonly fingerprint?: string;
  /** Only in the journal: a secret was masked in it, so it is not what the work gave. */
  readonly masked?: true;
  readonly finish_reason: FinishReason;
  /** As on a step. */
  readonly cached?: true;
  /** It is the result of an earlier run of the chain: nothing was done, and nothing used. */
  readonly reused?: true;
  readonly attempts: number;
  readonly usage: Usage;
  readonly cost_usd: number | null;
  readonly duration_ms: number;
}

/** Told before the tool is, once its arguments are found right and the rules permit it: from then on it may take effect. */
export interface ToolStarted {
  readonly type: 'tool.started';
  readonly step: string;
  /** Journal path of the call. */
  readonly call: string;
  readonly tool: string;
  readonly arguments: Json;
}

/** The record of a finished call. */
export interface ToolCompleted {
  readonly type: 'tool.completed';
  readonly step: string;
  readonly call: string;
  readonly tool: string;
  readonly is_error: boolean;
  readonly text: string;
  readonly data?: Json;
  readonly reused?: true;
  /** Only in the journal: `Entry.fingerprint`. */
  readonly fingerprint?: string;
  /** Only in the journal: a secret was masked in it, so it is not what the work gave. */
  readonly masked?: true;
  /** Only in the journal: its failure ended the step, so a resumed run makes it again. */
  readonly ends_step?: true;
  readonly duration_ms: number;
}

export interface ServerStarted {
  readonly type: 'mcp.started';
  readonly server: string;
  /** What the server calls itself. */
  readonly name: string;
  readonly version: string;
  readonly tools: number;
  readonly duration_ms: number;
}

export interface ServerFailed {
  readonly type: 'mcp.failed';
  readonly server: string;
  readonly error: ErrorRecord;
}

export interface ObjectiveChecked {
  readonly type: 'objective.checked';
  readonly step: string;
  readonly condition: string;
  readonly met: boolean;
  readonly values: { readonly [path: string]: Json };
}

/** `changes` never leaves the process: `publicEvent` drops it, keys are told and values are not. */
export interface MemoryWritten {
  readonly type: 'memory.written';
  /** The step it is about; none for what is committed when the run ends, or written by a tool. */
  readonly step?: string;
  readonly namespace: string;
  readonly keys: readonly string[];
  /** False while staged; true once the store has acknowledged it. */
  readonly committed: boolean;
  readonly changes?: readonly MemoryChange[];
}

export interface Warning {
  readonly type: 'warning';
  readonly code: string;
  readonly message: string;
  readonly step?: string;
}

/** A piece of a text that a step or a turn says, or of what its model thinks. */
export type DeltaEvent = Extract<Event, { type: 'step.delta' | 'turn.delta' | 'step.reasoning_delta' }>;

export function isDelta(event: Event): event is DeltaEvent {
  return event.type === 'step.delta' || event.type === 'turn.delta' || event.type === 'step.reasoning_delta';
}

/** The event as anyone outside the process may see it. */
export function publicEvent(event: Event): Event {
  switch (event.type) {
    case 'turn.completed': {
      const { provider_items: _, masked: __, fingerprint: ___, ...rest } = event;
      return rest;
    }
    case 'step.completed': {
      const { kept: _, masked: __, fingerprint: ___, ...rest } = event;
      return rest;
    }
    case 'tool.completed': {
      const { masked: _, ends_step: __, fingerprint: ___, ...rest } = event;
      return rest;
    }
    default:
      return journalEvent(event);
  }
}

/** The event as a journal keeps it: with what only a resumed run needs, without the values written to memory. */
export function journalEvent(event: Event): Event {
  if (event.type !== 'memory.written' || event.changes === undefined) return event;
  const { changes: _, ...rest } = event;
  return rest;
}
