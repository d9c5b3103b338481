import type { Assertion, Case } from '../../core/dataset.ts';
import type { Json } from '../../core/json.ts';
import type { Answer, Verdict } from '../../core/score.ts';
import type { World } from '../world.ts';

/** A kind of assertion: one file in this folder, one line in its table. */
export interface AssertionKind {
  /** One line for help, lower case, no full stop. */
  readonly summary: string;
  /** It asks the judge model. */
  readonly judged?: true;
  /** What is wrong with the assertion itself, as the end of a sentence about its value; checked when the dataset is read. */
  refuse?(assertion: Assertion): string | undefined;
  check(subject: Subject): Finding | Promise<Finding>;
}

/** What an assertion looks at. */
export interface Subject {
  readonly assertion: Assertion;
  readonly case: Case;
  readonly answer: Answer;
  /** The output, or what `transform` and `step` made of it. */
  readonly output: Json;
  /** The same as text: what most assertions read. */
  readonly text: string;
  readonly world: World;
  readonly signal: AbortSignal;
}

/** What a check found, before `not-` turns it round. */
export interface Finding {
  readonly holds: boolean;
  /** In [0, 1], of kinds that know more than yes and no. */
  readonly score?: number;
  /** `not-` takes the score as it is, instead of 1 minus it. */
  readonly scoreStays?: boolean;
  /** The fact, true whatever was hoped for: `the output does not contain "x"`. */
  readonly because: string;
  /** What would have to change for it to hold. */
  readonly fix?: string;
}

/** The verdict of an assertion: `not-` turned round, and its own `message` put first. */
export function verdictOf({ not, weight, message }: Assertion, found: Finding): Verdict {
  const met = found.holds !== not;
  const score = found.score === undefined ? Number(met) : not && found.scoreStays !== true ? 1 - found.score : found.score;
  const fix = met ? undefined : not ? `avoid this: ${found.because}` : found.fix;
  const reason = !met && message !== undefined ? `${message} (${found.because})` : found.because;
  return { score, pass: met || weight === 0, reason, ...(fix === undefined ? {} : { fix }) };
}
