import type { LimitError } from '../../core/errors.ts';
import type { Criticism } from '../../engineer/improve/critique.ts';
import type { ImproveEvent, Improvement } from '../../engineer/improve/improve.ts';
import type { Hunk } from '../../engineer/improve/patch.ts';
import { type LintFinding, lint } from '../../engineer/lint/lint.ts';
import type { Target } from './targets.ts';

/** What became of one prompt, told from the events of its improvement. */
export interface Outcome {
  readonly target: Target;
  readonly text: string;
  readonly changed: boolean;
  readonly reason: Improvement['reason'] | 'the budget is used up' | 'it was written for the task' | 'it was not taken';
  /** Answers were compared, or only the prompts. */
  readonly basis: 'measured' | 'judged';
  /** What both prompts were tried on. */
  readonly tried: Tried;
  readonly before: Report;
  /** Without criticism when no judge has seen the final text. */
  readonly after: Report;
  /** Of the changes that were taken, oldest first. */
  readonly hunks: readonly Hunk[];
  readonly decisions: readonly Decision[];
  readonly refused: readonly { readonly guard: string; readonly problem: string }[];
  /** The limit that ended it. */
  readonly limit?: LimitError;
}

export interface Tried {
  readonly inputs: readonly string[];
  /** Nobody ever sent them: the improver wrote them. */
  readonly madeUp: boolean;
}

export interface Report {
  readonly lint: readonly LintFinding[];
  readonly criticism?: readonly Criticism[];
}

export type Decision = Omit<Extract<ImproveEvent, { type: 'decision' }>, 'type'>;

/** Collects the events of one improvement; `end` adds up what they said, however it ended. */
export function collect(target: Target, tried: Tried) {
  let text = target.text;
  let proposed: Extract<ImproveEvent, { type: 'revision' }> | undefined;
  const criticisms = new Map<string, readonly Criticism[]>();
  const hunks: Hunk[] = [];
  const decisions: Decision[] = [];
  const refused: { guard: string; problem: string }[] = [];
  const reportOn = (of: string): Report => {
    const criticism = criticisms.get(of);
    return { lint: lint(of, target.context), ...(criticism === undefined ? {} : { criticism }) };
  };
  return {
    note(event: ImproveEvent): void {
      if (event.type === 'critique') criticisms.set(text, event.criticism);
      if (event.type === 'revision') proposed = event;
      if (event.type === 'refused') refused.push({ guard: event.guard, problem: event.problem });
      if (event.type !== 'decision') return;
      const { type, ...decision } = event;
      decisions.push(decision);
      if (!event.accepted || proposed === undefined) return;
      text = proposed.text;
      hunks.push(...proposed.hunks);
    },
    end(reason: Outcome['reason'], basis: Outcome['basis'], limit?: LimitError): Outcome {
      return {
        target,
        text,
        changed: text !== target.text,
        reason,
        basis,
        tried,
        before: reportOn(target.text),
        after: reportOn(text),
        hunks,
        decisions,
        refused,
        ...(limit === undefined ? {} : { limit }),
      };
    },
  };
}
