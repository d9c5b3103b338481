import type { StopReason } from './events.ts';
import type { FindLeaks } from './leaks.ts';
import type { Ledger } from './ledger.ts';
import type { Pool } from './pool.ts';
import type { Row } from './row.ts';
import type { Component, Texts } from './texts.ts';

/** What is to be improved, and by which rows. */
export interface Task {
  readonly components: readonly Component[];
  /** The steps of the chain in order. */
  readonly steps: readonly string[];
  /** The texts there are, of every component. */
  readonly texts: Texts;
  /** Learnt from, and shown to the model that writes prompts. */
  readonly train: readonly Row[];
  /** Chosen by. */
  readonly val: readonly Row[];
  /** Never looked at before the search is over. */
  readonly test: readonly Row[];
  readonly background?: string;
  /** The question to the model that writes prompts, in the user's words. */
  readonly template?: string;
}

export interface SearchOptions {
  readonly seed: number;
  /** Failures that one question to the optimiser model shows. */
  readonly minibatch: number;
  /** The most questions in a row before a rollout decides about their result. */
  readonly chain: number;
  /** Merges of two candidates, at most; by default only where several texts are optimised. */
  readonly merges?: number;
  /** Proposals in a row without a better candidate that end the search. */
  readonly patience: number;
  /** How much better on average new texts have to be on the rows that led to them: 0 by default, or as much as chance moves them. */
  readonly margin?: number | 'as noise';
  /** New texts that are exactly as good as those they come from are taken too. */
  readonly takesEqual?: boolean;
  /** Texts that a proposal works on: all whose step took part in a failure, or one after the other. */
  readonly components?: 'all' | 'round-robin';
  /** Whom proposals come from: the best so far, one of the front, or either with a chance of a half. */
  readonly select?: 'mix' | 'pareto' | 'best';
  /** Who is on the front: the best on some row, or also on some metric of one. */
  readonly frontier?: 'rows' | 'hybrid';
  /** Runs of each row, whose mean is its score. */
  readonly samples?: number;
  /** Rows that were answered well and may stand in a prompt as examples, at most. */
  readonly demos?: number;
  /** Categories of rows that the result must not be worse on. */
  readonly mustNotRegress?: readonly string[];
  /** The mean on the validation rows that is good enough. */
  readonly target?: number;
  /** Of one text; by default three times the longest there is, and at least `LEAST_ROOM`. */
  readonly maxCharacters?: number;
}

export const DEFAULTS: SearchOptions = { seed: 0, minibatch: 3, chain: 3, patience: 40 };

/** What an algorithm has to work with. */
export interface Search {
  readonly task: Task;
  readonly options: SearchOptions;
  readonly ledger: Ledger;
  readonly findLeaks: FindLeaks;
  /** Rollouts of the budget that the search has to leave, for the two best to be looked at again. */
  readonly reserve: number;
}

/** What a search ends with. */
export interface Outcome {
  readonly pool: Pool;
  readonly reason: StopReason;
}

const LEAST_ROOM = 6_000;

export function maxCharactersOf({ task, options }: Search): number {
  return options.maxCharacters ?? Math.max(LEAST_ROOM, ...Object.values(task.texts).map((text) => 3 * text.length));
}
