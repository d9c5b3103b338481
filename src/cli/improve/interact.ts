import { choose, question } from './choose.ts';
import { improveTarget, type Work } from './improve-target.ts';
import type { Outcome } from './outcome.ts';
import { present } from './present.ts';
import type { Target } from './targets.ts';
import { wantedTechniques } from './techniques.ts';

/** Improves a prompt with a person who sees each result and decides what becomes of it. */
export async function interact(target: Target, work: Work): Promise<Outcome> {
  const { call, signal, flags } = work;
  let now = work;
  let text = target.text;
  if (flags.feedback !== 'llm' && work.notes.length === 0) {
    const note = await question(call, `${target.name}: what should be better? `, signal);
    if (note !== '') now = { ...now, notes: [note] };
  }
  let so: Outcome | undefined;
  for (;;) {
    so = joined(target, so, await improveTarget({ ...target, text }, now));
    await call.err.write(await present(so, call.paint));
    const choice = await choose(call, target.text, so.text, signal);
    if (choice.do === 'take') return { ...so, text: choice.text, changed: choice.text !== target.text };
    if (choice.do === 'leave') return { ...so, text: target.text, changed: false, reason: 'it was not taken' };
    text = choice.text;
    // What was said once has been worked in; a retry from the start hears it again.
    const notes = text === target.text ? now.notes : [];
    now = {
      ...now,
      notes: choice.note === undefined ? notes : [...notes, choice.note],
      techniques: choice.techniques === undefined ? now.techniques : await named(now, choice.techniques),
    };
    if (text === target.text) so = undefined;
  }
}

/** A name that is none is told, and nothing is asked of a model. */
async function named({ call, techniques }: Work, words: string): Promise<Work['techniques']> {
  try {
    return wantedTechniques(call, [words]);
  } catch (error) {
    await call.err.write(`${error instanceof Error ? error.message : error}\n`);
    return techniques;
  }
}

/** Two improvements, the second of what the first gave, as one. */
function joined(target: Target, first: Outcome | undefined, second: Outcome): Outcome {
  if (first === undefined) return { ...second, target, changed: second.text !== target.text };
  return {
    ...second,
    target,
    changed: second.text !== target.text,
    before: first.before,
    hunks: [...first.hunks, ...second.hunks],
    decisions: [...first.decisions, ...second.decisions],
    refused: [...first.refused, ...second.refused],
  };
}
