import type { OptimizeEvent, RefusedEvent } from './events.ts';
import { type GuardContext, objectionTo, withoutLeaks } from './guards.ts';
import type { Ledger } from './ledger.ts';
import { type Masked, mask, unmask } from './mask.ts';
import { readWritten } from './written-prompt.ts';

export interface Rewrite {
  /** Unique in the run. */
  readonly key: string;
  readonly component: string;
  readonly text: string;
  readonly keep: readonly RegExp[];
  readonly guards: Pick<GuardContext, 'maxCharacters' | 'findLeaks'>;
  /** The question, for the masked text. */
  readonly prompt: (masked: Masked) => string;
}

export interface Rewritten {
  /** The text as it was, where the model wanted no change or gave none that the guards let pass. */
  readonly text: string;
  readonly refused: readonly RefusedEvent[];
}

/** Asks for a new text and holds it against the guards; one that is refused gets one more try, knowing why. */
export async function* rewrite(ledger: Ledger, task: Rewrite): AsyncGenerator<OptimizeEvent, Rewritten> {
  const masked = mask(task.text);
  const prompt = task.prompt(masked);
  const guards: GuardContext = { ...task.guards, before: task.text, keep: task.keep };
  const refused: RefusedEvent[] = [];
  let question = prompt;
  for (const attempt of [1, 2]) {
    const key = attempt === 1 ? task.key : `${task.key}/again`;
    const written = readWritten(yield* ledger.ask(key, question));
    if ('unchanged' in written) break;
    const unmasked = 'text' in written ? unmask(written.text, masked) : written;
    const objection = 'text' in unmasked ? objectionTo(unmasked.text, guards) : { guard: 'form', ...unmasked };
    if ('text' in unmasked && objection === undefined) return { text: unmasked.text, refused };
    if (objection === undefined) break;
    const { guard, problem } = objection;
    refused.push({ type: 'refused', key, component: task.component, guard, problem });
    if ('text' in unmasked && guard === 'leak' && attempt === 2) {
      const cleaned = withoutLeaks(unmasked.text, guards.findLeaks);
      if (cleaned !== undefined && objectionTo(cleaned, guards) === undefined) return { text: cleaned, refused };
    }
    question = `${prompt}\n\nYour last answer cannot be used: ${problem}. Answer again, in full.`;
  }
  return { text: task.text, refused };
}
