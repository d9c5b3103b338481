import { drawsOf, hashText } from '../../lib/counted-random.ts';
import type { OptimizeEvent } from '../events.ts';
import { type Masked, mask } from '../mask.ts';
import type { Pool } from '../pool.ts';
import { exampleRecord, type Shown, section } from '../reflection-prompt.ts';
import type { Outcome, Search } from '../task.ts';
import type { Component, Texts } from '../texts.ts';
import { OPEN } from '../written-prompt.ts';
import { admitted } from './admit.ts';
import { freshRollouts } from './fresh-rollouts.ts';
import { plainRewrite } from './plain-rewrite.ts';

/** New texts of one step of the search. */
const PER_STEP = 8;
const MOST_HISTORY = 20;
const EXEMPLARS = 3;
/** Training rows that give a text its score in the history. */
const SCORED_BY = 8;
const EXAMPLES = hashText('opro exemplars');
const SCORED = hashText('opro rows');

interface Entry {
  readonly texts: Texts;
  readonly score: number;
}

/**
 * Optimisation by prompting, for comparison: the model sees the best texts so far with their scores, and rows with the right
 * answers, and writes the next ones. A text is scored by a fixed part of the training rows; the best of each step is run on
 * the validation rows.
 */
export async function* opro(search: Search): AsyncGenerator<OptimizeEvent, Outcome> {
  const { task, options, ledger } = search;
  const pool: Pool = { candidates: [], incumbent: undefined };
  const runs = new Map<string, number>();
  const rows = drawsOf(options.seed, SCORED).shuffled(task.train).slice(0, SCORED_BY);
  if (!ledger.fits({ rollouts: task.val.length + rows.length })) return { pool, reason: 'budget' };
  yield* admitted(search, pool, task.texts, undefined, 0);
  const history: Entry[] = [{ texts: task.texts, score: yield* scored(task.texts) }];

  for (let step = 1; ; step += 1) {
    const best = history.at(-1)?.texts ?? task.texts;
    if (!ledger.fits({ rollouts: EXEMPLARS })) return { pool, reason: 'budget' };
    const shownRows = drawsOf(options.seed, EXAMPLES, step).shuffled(task.train).slice(0, EXEMPLARS);
    const rollouts = yield* freshRollouts(search, runs, best, shownRows);
    const exemplars = shownRows.flatMap((row, index) =>
      rollouts[index] === undefined ? [] : [{ row, rollout: rollouts[index] }],
    );
    const entries: Entry[] = [];
    for (let number = 1; number <= PER_STEP; number += 1) {
      const answers = 2 * task.components.length;
      if (!ledger.fits({ rollouts: rows.length + task.val.length, answers })) break;
      const texts = yield* bred(search, history, exemplars, best, `${step}/${number}`);
      entries.push({ texts, score: yield* scored(texts) });
    }
    history.push(...entries);
    history.sort((one, other) => one.score - other.score);
    history.splice(0, history.length - MOST_HISTORY);
    const [first] = entries.toSorted((one, other) => other.score - one.score);
    if (first === undefined || !ledger.fits({ rollouts: task.val.length })) return { pool, reason: 'budget' };
    yield* admitted(search, pool, first.texts, pool.incumbent, step);
  }

  async function* scored(texts: Texts): AsyncGenerator<OptimizeEvent, number> {
    const rollouts = yield* ledger.rollouts(texts, rows, 'train');
    return rollouts.reduce((total, { score }) => total + score, 0) / rollouts.length;
  }
}

/** New versions of every text, bred from the history of each. */
async function* bred(
  search: Search,
  history: readonly Entry[],
  exemplars: readonly Shown[],
  best: Texts,
  key: string,
): AsyncGenerator<OptimizeEvent, Texts> {
  const texts: Record<string, string> = { ...best };
  for (const component of search.task.components) {
    const text = best[component.id] ?? '';
    texts[component.id] = yield* plainRewrite(search, component, {
      key: `${key}/${component.id}`,
      text,
      prompt: (masked) => historyPrompt(component, search.task.steps, masked, history, exemplars),
    });
  }
  return texts;
}

function historyPrompt(
  component: Component,
  steps: readonly string[],
  masked: Masked,
  history: readonly Entry[],
  exemplars: readonly Shown[],
): string {
  const entries = history.map(({ texts, score }) =>
    section('text', mask(texts[component.id] ?? '', masked).text, score.toFixed(2)),
  );
  return [
    `These are versions of the prompt of the step "${component.step}" with their scores, the best last.`,
    section('history', entries.join('\n')),
    'These are rows with the right answers.',
    section('examples', exemplars.map((one) => exampleRecord(component, steps, one)).join('\n')),
    'Write a new version that scores higher. Keep every token such as ⟦P1⟧ exactly as often as it stands there.',
    `Answer with the whole new prompt between ${OPEN} and </new_prompt>.`,
  ].join('\n\n');
}
