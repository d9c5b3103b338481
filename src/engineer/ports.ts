import type { Row } from './row.ts';
import type { Texts } from './texts.ts';

/** What an optimiser needs of the world: the chain, run on a row, and a model that writes prompts. */
export interface Ports {
  /**
   * One run of the chain with these texts. `repeat` asks for a draw of its own; the same request gives the same answer again.
   * A chain that fails on the row scores 0 and says why. Throws when there was no answer to judge, such as when a provider is
   * out of reach: that pauses the run, for it says nothing about the texts.
   */
  rollout(request: RolloutRequest, signal: AbortSignal): Promise<Rollout>;
  /** One answer of the model that writes prompts. Throws as `rollout` does. */
  ask(request: Question, signal: AbortSignal): Promise<Answer>;
}

export interface RolloutRequest {
  readonly texts: Texts;
  readonly row: Row;
  /** From 0. */
  readonly repeat: number;
}

export interface Rollout {
  /** From 0 to 1. */
  readonly score: number;
  readonly pass: boolean;
  readonly output: string;
  readonly steps: readonly StepTrace[];
  readonly findings: readonly Finding[];
  /** Named parts of the score. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** Calls of models that were really made; what a cache answered is none. */
  readonly calls: number;
  /** The same by the name of the model, where more than the number is known. */
  readonly models?: Readonly<Record<string, number>>;
  /** US dollars of those calls; null when a price is unknown. */
  readonly costUsd: number | null;
}

/** What a step was given and said. */
export interface StepTrace {
  readonly step: string;
  /** The values its text had for its placeholders, by their names. */
  readonly received: Readonly<Record<string, string>>;
  readonly output: string;
}

/** What was wrong and how to mend it. */
export interface Finding {
  readonly text: string;
  /** The step whose own output was judged; without one it is about the final output. */
  readonly step?: string;
}

export interface Question {
  readonly prompt: string;
  /** How often the same prompt was asked before in this run: a cache must not give the same answer to each. */
  readonly sample: number;
}

export interface Answer {
  readonly text: string;
  /** Cut off at the model's token limit. */
  readonly truncated: boolean;
  readonly calls: number;
  readonly models?: Readonly<Record<string, number>>;
  readonly costUsd: number | null;
}
