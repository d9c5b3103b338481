import { drawsOf, hashText } from '../../lib/counted-random.ts';
import type { OptimizeEvent } from '../events.ts';
import type { Pool } from '../pool.ts';
import { exampleRecord, section } from '../reflection-prompt.ts';
import type { Outcome, Search } from '../task.ts';
import { OPEN } from '../written-prompt.ts';
import { admitted } from './admit.ts';
import { plainRewrite } from './plain-rewrite.ts';

const EXAMPLES = 3;
const PURPOSE = hashText('random rewrites');
/** Rewrites in a row that are nothing new. */
const MOST_REPEATED = 50;

/** The best of many rewrites of the first texts, each from a few rows with their right answers: what chance alone can do. */
export async function* randomRewrites(search: Search): AsyncGenerator<OptimizeEvent, Outcome> {
  const { task, options, ledger } = search;
  const pool: Pool = { candidates: [], incumbent: undefined };
  if (!ledger.fits({ rollouts: task.val.length })) return { pool, reason: 'budget' };
  yield* admitted(search, pool, task.texts, undefined, 0);
  const [seed] = pool.candidates;
  let repeated = 0;
  for (let iteration = 1; ; iteration += 1) {
    const answers = 2 * task.components.length;
    if (!ledger.fits({ rollouts: EXAMPLES + task.val.length, answers })) return { pool, reason: 'budget' };
    if (repeated >= MOST_REPEATED) return { pool, reason: 'train exhausted' };
    const rows = drawsOf(options.seed, PURPOSE, iteration).shuffled(task.train).slice(0, EXAMPLES);
    const rollouts = yield* ledger.rollouts(task.texts, rows, 'train');
    const texts: Record<string, string> = { ...task.texts };
    for (const component of task.components) {
      const examples = rows.flatMap((row, index) =>
        rollouts[index] === undefined ? [] : [exampleRecord(component, task.steps, { row, rollout: rollouts[index] })],
      );
      texts[component.id] = yield* plainRewrite(search, component, {
        key: `${iteration}/${component.id}`,
        text: task.texts[component.id] ?? '',
        prompt: ({ text }) =>
          [
            `This is the prompt of the step "${component.step}".`,
            section('current_prompt', text),
            'These are rows with the right answers.',
            section('examples', examples.join('\n')),
            `Write a prompt that leads to such answers, whole, between ${OPEN} and </new_prompt>. Keep every token such as ⟦P1⟧.`,
          ].join('\n\n'),
      });
    }
    const size = pool.candidates.length;
    yield* admitted(search, pool, texts, seed, iteration);
    repeated = pool.candidates.length > size ? 0 : repeated + 1;
  }
}
