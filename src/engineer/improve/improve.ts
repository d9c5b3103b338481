import { type LintContext, type LintFinding, lint } from '../lint/lint.ts';
import type { Answer } from '../ports.ts';
import { asked } from './ask.ts';
import { isBetter, type Tally } from './comparison.ts';
import { ASPECTS, type Criticism, critiquePrompt, readCritique } from './critique.ts';
import type { Hunk } from './patch.ts';
import { type Revision, revise } from './revise.ts';

export interface ImproveOptions {
  readonly text: string;
  readonly ports: ImprovePorts;
  readonly signal: AbortSignal;
  /** What the judge looks at; everything by default. */
  readonly aspects?: readonly string[];
  /** What a person says about the prompt: reason enough to work on it, even when the judge is content. */
  readonly notes?: readonly string[];
  readonly techniques?: readonly string[];
  readonly edit?: 'patch' | 'rewrite';
  readonly keep?: readonly RegExp[];
  readonly maxCharacters?: number;
  /** Code stays as it is; yes by default. */
  readonly protect?: boolean;
  /** A judge looks for problems; yes by default. Without, only lint and the notes give reason to work. */
  readonly critique?: boolean;
  readonly maxIterations?: number;
  /** Inputs to try both texts on; without any the judge compares the texts themselves. */
  readonly inputs?: readonly string[];
  /** Comparisons of each pair. */
  readonly votes?: number;
  /** Inputs that are tried at a time. */
  readonly concurrency?: number;
  readonly lintContext?: LintContext;
}

export interface ImprovePorts {
  ask(
    request: { readonly role: 'judge' | 'improver'; readonly prompt: string; readonly sample: number },
    signal: AbortSignal,
  ): Promise<Answer>;
  /** The answer of the task's model to a text with an input in it. */
  run?(text: string, input: string, signal: AbortSignal): Promise<string>;
}

export type ImproveEvent =
  | { readonly type: 'answer'; readonly role: 'judge' | 'improver'; readonly calls: number; readonly costUsd: number | null }
  | {
      readonly type: 'critique';
      readonly iteration: number;
      readonly lint: readonly LintFinding[];
      readonly criticism: readonly Criticism[];
    }
  | { readonly type: 'revision'; readonly iteration: number; readonly text: string; readonly hunks: readonly Hunk[] }
  | { readonly type: 'refused'; readonly iteration: number; readonly guard: string; readonly problem: string }
  | ({ readonly type: 'decision'; readonly iteration: number; readonly accepted: boolean } & Tally);

export interface Improvement {
  readonly text: string;
  readonly changed: boolean;
  /** Why it ended. */
  readonly reason: 'no problem left' | 'nothing better was found' | 'enough iterations';
  /** Outputs on inputs were compared, or only the texts. */
  readonly basis: 'outputs' | 'texts';
}

const MOST_ITERATIONS = 3;
/** Revisions in a row that were no better. Of the flaws planted in simulated prompts three leave a tenth, two a sixth. */
const MOST_REJECTED = 3;
const ROOM = 1.5;
const LEAST_ROOM = 2_000;

/**
 * Improves a prompt without data: a judge names problems, an improver mends them, guards refuse what breaks, and the judge
 * chooses blindly between old and new. The best text is kept, not the last.
 */
export async function* improve(options: ImproveOptions): AsyncGenerator<ImproveEvent, Improvement> {
  const { notes = [], maxIterations = MOST_ITERATIONS } = options;
  const basis = (options.inputs?.length ?? 0) > 0 && options.ports.run !== undefined ? 'outputs' : 'texts';
  let text = options.text;
  let rejected = 0;
  const end = (reason: Improvement['reason']): Improvement => ({ text, changed: text !== options.text, reason, basis });

  for (let iteration = 1; iteration <= maxIterations; iteration += 1) {
    const criticism = yield* criticise(options, text, iteration);
    const isAsked = iteration === 1 && (notes.length > 0 || (options.techniques?.length ?? 0) > 0);
    if (!isAsked && !criticism.some(({ severity }) => severity !== 'low')) return end('no problem left');
    const revision = yield* revised(options, text, criticism, iteration);
    const better = 'text' in revision && (yield* isBetter(options, text, revision.text, criticism, iteration));
    if ('text' in revision && better) text = revision.text;
    rejected = better ? 0 : rejected + 1;
    if (rejected >= MOST_REJECTED) return end('nothing better was found');
  }
  return end('enough iterations');
}

async function* criticise(
  options: ImproveOptions,
  text: string,
  iteration: number,
): AsyncGenerator<ImproveEvent, readonly Criticism[]> {
  const { aspects = ASPECTS, notes = [], critique = true } = options;
  const found = lint(text, options.lintContext);
  const prompt = critiquePrompt({ text, aspects, lint: found, notes });
  const judged = critique ? (readCritique(yield* asked(options, 'judge', prompt, iteration), text) ?? []) : [];
  yield { type: 'critique', iteration, lint: found, criticism: judged };
  return [...found.map(({ rule, ...rest }) => ({ aspect: rule, ...rest })), ...judged];
}

async function* revised(
  options: ImproveOptions,
  text: string,
  criticism: readonly Criticism[],
  iteration: number,
): AsyncGenerator<ImproveEvent, Revision> {
  const {
    notes = [],
    techniques = [],
    edit = 'patch',
    keep = [],
    protect = true,
    maxCharacters = Math.max(LEAST_ROOM, ROOM * options.text.length),
  } = options;
  const request = { text, criticism, notes, techniques, edit, keep, maxCharacters, protect };
  const revision = yield* revise(request, (prompt) => asked(options, 'improver', prompt, iteration));
  if ('objection' in revision) yield { type: 'refused', iteration, ...revision.objection };
  else yield { type: 'revision', iteration, text: revision.text, hunks: revision.hunks };
  return revision;
}
