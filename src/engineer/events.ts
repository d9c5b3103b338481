import type { CategoryResult } from './categories.ts';
import type { Answer, Rollout } from './ports.ts';
import type { Verdict } from './significance.ts';
import type { Texts } from './texts.ts';

/**
 * The record of an optimisation. `rollout` and `answer` are what was paid for, in the order it came; all others are decisions,
 * whose order and content depend on nothing but what was paid for. Whoever reads the stream writes an event down before
 * asking for the next.
 */
export type OptimizeEvent = PaidEvent | DecisionEvent | PausedEvent;

export type PaidEvent = RolloutEvent | AnswerEvent;

export interface RolloutEvent {
  readonly type: 'rollout';
  /** Fingerprint of the texts. */
  readonly texts: string;
  readonly row: string;
  readonly repeat: number;
  readonly split: SplitName;
  readonly rollout: Rollout;
}

export type SplitName = 'train' | 'val' | 'test';

export interface AnswerEvent {
  readonly type: 'answer';
  /** What was asked for, unique in a run: `12/decide.prompt/1`. */
  readonly key: string;
  readonly answer: Answer;
}

export type DecisionEvent =
  | StartedEvent
  | RefusedEvent
  | GateEvent
  | NoiseEvent
  | CandidateEvent
  | IncumbentEvent
  | StoppedEvent
  | ChosenEvent
  | VerdictEvent;

export interface StartedEvent {
  readonly type: 'started';
  readonly algorithm: string;
  readonly seed: number;
  readonly rollouts: number;
  readonly rows: Readonly<Record<SplitName, number>>;
}

/** A text that the optimiser model wrote and that no rollout was spent on. */
export interface RefusedEvent {
  readonly type: 'refused';
  readonly key: string;
  readonly component: string;
  readonly guard: string;
  readonly problem: string;
}

/** New texts against those they come from, on the rows that led to them. */
export interface GateEvent {
  readonly type: 'gate';
  readonly iteration: number;
  readonly origin: Origin;
  readonly parents: readonly number[];
  readonly texts: string;
  readonly rows: readonly string[];
  readonly before: number;
  readonly after: number;
  readonly accepted: boolean;
  readonly spent: number;
}

/** How much chance moves the mean of the rows that decide about new texts: they have to be better by more. */
export interface NoiseEvent {
  readonly type: 'noise';
  readonly margin: number;
  readonly rows: number;
  readonly repeats: number;
  readonly spent: number;
}

export type Origin = 'seed' | 'reflect' | 'merge' | 'demos' | 'rewrite';

export interface CandidateEvent {
  readonly type: 'candidate';
  readonly id: number;
  readonly iteration: number;
  readonly origin: Origin;
  readonly parents: readonly number[];
  readonly texts: Texts;
  readonly hash: string;
  /** Components that differ from the first parent. */
  readonly changed: readonly string[];
  readonly spent: number;
}

export interface IncumbentEvent {
  readonly type: 'incumbent';
  readonly id: number;
  /** Its mean on the validation rows: optimistic, for it was chosen by it. */
  readonly mean: number;
  readonly spent: number;
}

export interface StoppedEvent {
  readonly type: 'stopped';
  readonly reason: StopReason;
  readonly spent: number;
  readonly answers: number;
}

export type StopReason = 'budget' | 'saturated' | 'train exhausted' | 'patience' | 'target';

export interface ChosenEvent {
  readonly type: 'chosen';
  readonly id: number;
  readonly mean: number;
}

export interface VerdictEvent {
  readonly type: 'verdict';
  readonly id: number;
  readonly verdict: Verdict;
  readonly categories: readonly CategoryResult[];
  /** Categories that must not get worse and did: no gain elsewhere makes up for them. */
  readonly regressed: readonly string[];
}

/** The run ends here for now; taking it up again goes on as if it had not. */
export interface PausedEvent {
  readonly type: 'paused';
  readonly reason: string;
}
