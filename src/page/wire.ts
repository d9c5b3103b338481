import type { InputSpec } from '../core/chain.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { RunResult, RunStatus } from '../core/run.ts';

/** What the server says of itself. */
export interface Served {
  readonly chains: readonly ServedChain[];
  /** A run has a journal: it can go on in the background, and be looked at later. */
  readonly keeps_runs: boolean;
}

/** What the server says of a chain. */
export interface ServedChain {
  readonly name: string;
  readonly description?: string;
  readonly inputs: { readonly [name: string]: InputSpec };
  readonly takesInput: boolean;
  readonly conversational: boolean;
  readonly outline: Outline;
  readonly overridable: readonly string[];
}

/** The steps of a chain, to be drawn. */
export interface Outline {
  readonly name: string;
  readonly steps: readonly OutlineNode[];
  /** Run after the steps, whatever became of them. */
  readonly last: readonly OutlineNode[];
}

export interface OutlineNode {
  readonly key: string;
  /** Journal path, without the numbers of items, turns and attempts. */
  readonly path: string;
  readonly title: string;
  readonly notes: readonly string[];
  readonly condition?: string;
  readonly parts: readonly { readonly label: string; readonly nodes: readonly OutlineNode[] }[];
}

/** A run in the list of runs. */
export interface RunRow {
  readonly id: string;
  readonly chain: string;
  readonly status: RunStatus | 'running';
  readonly started: string;
  readonly duration_ms: number | null;
  readonly cost_usd: number | null;
}

/** A run by itself. */
export interface RunView extends RunRow {
  /** Null while the run goes on. */
  readonly result: RunResult | null;
}

/** What a client gives a run. */
export interface Given {
  readonly input?: string;
  readonly inputs?: JsonObject;
  readonly overrides?: { readonly [name: string]: Json };
}
