import type { Json, JsonObject } from './json.ts';
import type { Position, Problem } from './problem.ts';

/** The cases of one file, read and checked. */
export interface Dataset {
  /** Absolute, or `<stdin>`. */
  readonly file: string;
  readonly cases: readonly Case[];
  readonly warnings: readonly Problem[];
  /** For code frames: file to text. */
  readonly sources: ReadonlyMap<string, string>;
}

/** One run of a chain and what its output should be. */
export interface Case {
  /** As the file gives it, else a short hash of its content, so that adding cases renames none. Unique in its dataset. */
  readonly id: string;
  readonly description?: string;
  /** `{input}` of the run. */
  readonly input?: string;
  /** Values for the inputs the chain declares; assertions read them as `{{name}}`. */
  readonly vars: JsonObject;
  /** The right answer in short: one of the assertions stands for it. */
  readonly expected?: Json;
  readonly assertions: readonly (Assertion | AssertionSet)[];
  /** JavaScript that gives what assertions check instead of the chain's output. */
  readonly transform?: string;
  /** The score from which on the case passes; without one every assertion has to. */
  readonly threshold?: number;
  /** How much the case counts in the score of its dataset. */
  readonly weight: number;
  readonly split?: Split;
  /** Why the expected answer is right, in a person's words: for who improves a prompt, never for the model under test. */
  readonly why?: string;
  readonly rating?: 'good' | 'bad';
  readonly metadata: JsonObject;
  /** Runs with the user's memory, which no other case does. */
  readonly memory?: boolean;
  readonly position: Position;
}

export type Split = 'train' | 'val' | 'test';

/** One check of an output. `type` has no `not-`: that is `not`. */
export interface Assertion {
  readonly type: string;
  readonly not: boolean;
  /** Placeholders `{{name}}` in its texts are the vars of the case. */
  readonly value?: Json;
  readonly threshold?: number;
  /** Of the score of the case; what weighs 0 cannot fail it. */
  readonly weight: number;
  /** Scores of one name are also told on their own. */
  readonly metric?: string;
  /** JavaScript that gives what is checked instead of the output. */
  readonly transform?: string;
  /** The id of the step whose output is checked instead of the chain's. */
  readonly step?: string;
  /** What to say when it fails, instead of how the check puts it. */
  readonly message?: string;
  readonly config?: JsonObject;
  readonly position: Position;
}

/** Assertions that count as one. */
export interface AssertionSet {
  readonly type: 'assert-set';
  readonly assertions: readonly Assertion[];
  readonly threshold?: number;
  readonly weight: number;
  readonly metric?: string;
  readonly position: Position;
}

export function isSet(assertion: Assertion | AssertionSet): assertion is AssertionSet {
  return assertion.type === 'assert-set';
}
