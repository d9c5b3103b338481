import { admitted } from '../../../src/engineer/compared/admit.ts';
import { freshRollouts } from '../../../src/engineer/compared/fresh-rollouts.ts';
import { plainRewrite } from '../../../src/engineer/compared/plain-rewrite.ts';
import type { OptimizeEvent } from '../../../src/engineer/events.ts';
import type { Algorithm } from '../../../src/engineer/optimize.ts';
import type { Pool } from '../../../src/engineer/pool.ts';
import { reflectionPrompt } from '../../../src/engineer/reflection-prompt.ts';
import type { Outcome, Search } from '../../../src/engineer/task.ts';
import { drawsOf } from '../../../src/lib/counted-random.ts';

/** Critique and revise: three rows, one question, and the new texts are kept if all validation rows say so. */
export const hill: Algorithm = { name: 'hill', search: climb, confirms: false };

/** Random sets of demonstrations from the training rows, the best by the validation rows. Rows have to tell their answers. */
export const fewshot: Algorithm = { name: 'fewshot', search: demonstrate, confirms: false };

async function* climb(search: Search): AsyncGenerator<OptimizeEvent, Outcome> {
  const { task, options, ledger } = search;
  const pool: Pool = { candidates: [], incumbent: undefined };
  const runs = new Map<string, number>();
  yield* admitted(search, pool, task.texts, undefined, 0);
  for (let iteration = 1; ; iteration += 1) {
    const best = pool.incumbent;
    const needed = options.minibatch + task.val.length;
    if (best === undefined || !ledger.fits({ rollouts: needed })) return { pool, reason: 'budget' };
    const draws = drawsOf(options.seed, 901, iteration);
    const rows = draws.shuffled(task.train).slice(0, options.minibatch);
    const rollouts = yield* freshRollouts(search, runs, best.texts, rows);
    const component = draws.pick(task.components);
    const text = yield* plainRewrite(search, component, {
      key: `${iteration}/${component.id}`,
      text: best.texts[component.id] ?? '',
      prompt: (masked) =>
        reflectionPrompt({
          component,
          steps: task.steps,
          text: masked.text,
          failures: rows.flatMap((row, index) => (rollouts[index] === undefined ? [] : [{ row, rollout: rollouts[index] }])),
          passes: [],
          maxCharacters: 100_000,
        }),
    });
    yield* admitted(search, pool, { ...best.texts, [component.id]: text }, best, iteration);
  }
}

const DEMONSTRATIONS = 8;

async function* demonstrate(search: Search): AsyncGenerator<OptimizeEvent, Outcome> {
  const { task, options, ledger } = search;
  const pool: Pool = { candidates: [], incumbent: undefined };
  yield* admitted(search, pool, task.texts, undefined, 0);
  const id = 'decide.prompt';
  for (let iteration = 1; ledger.fits({ rollouts: task.val.length }); iteration += 1) {
    const rows = drawsOf(options.seed, 902, iteration).shuffled(task.train).slice(0, DEMONSTRATIONS);
    const lines = rows.map(({ vars, expected }) => `Example: ${vars['order']} => ${expected}`);
    yield* admitted(search, pool, { ...task.texts, [id]: [task.texts[id], ...lines].join('\n') }, pool.candidates[0], iteration);
  }
  return { pool, reason: 'budget' };
}
