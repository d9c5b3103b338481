import type { ErrorRecord } from './errors.ts';
import type { Json } from './json.ts';

/** The values a placeholder or a condition can read. Plain JSON, so that a step list can be run elsewhere with it. */
export interface Scope {
  /** The previous step's output; for the first step, the chain's input. */
  readonly input: string;
  readonly inputs: { readonly [name: string]: Json };
  readonly steps: { readonly [id: string]: StepView };
  readonly memory: { readonly [key: string]: Json };
  readonly run: RunView;
  readonly stdin?: string;
  /** What was said before in the conversation this run is a turn of, as text; empty without one. */
  readonly history: string;
  /** Who speaks in it; empty when that is not known. */
  readonly user: string;
  readonly item?: Json;
  readonly index?: number;
  readonly loop?: { readonly [name: string]: Json };
}

/** `steps.<id>`: what a finished step looks like from the steps after it. */
export interface StepView {
  /** Null when the step was skipped or failed: like a missing value, it needs `default` in a text. */
  readonly output: string | null;
  readonly data: Json;
  readonly status: 'completed' | 'failed' | 'skipped';
  readonly error: ErrorRecord | null;
  readonly attempts: number;
  /** US dollars; null when a price is unknown. */
  readonly cost: number | null;
  /** Seconds. */
  readonly duration: number;
}

/** `run`: `id`, and how many steps have completed so far. */
export interface RunView {
  readonly id: string;
  readonly steps: number;
}

/** The roots a placeholder may start with; every other brace in a text is text. */
export const ROOTS = ['input', 'inputs', 'steps', 'memory', 'item', 'index', 'loop', 'run', 'stdin', 'history', 'user'] as const;

export type Root = (typeof ROOTS)[number];
