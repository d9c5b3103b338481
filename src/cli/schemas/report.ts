import { z } from 'zod';
import type { ReportData } from '../optimize/report/data.ts';
import { count, dollars } from './record.ts';

const SPLITS = ['train', 'val', 'test'] as const;
const split = z.enum(SPLITS);
const mean = z.number();

const test = z
  .object({
    rows: count,
    before: mean,
    after: mean,
    difference: z.number(),
    low: z.number().describe('Of the 95 % interval of the difference.'),
    high: z.number(),
    p: z.number().describe('Chance of a gain this large when there is none.'),
  })
  .describe('First texts and best texts on rows that nothing has seen before.');

const side = { score: z.number(), output: z.string() };

const candidate = z.object({
  id: count,
  origin: z.enum(['seed', 'reflect', 'merge', 'demos', 'rewrite']),
  parents: z.array(count),
  changed: z.array(z.string()),
  spent: count.describe('Rollouts before it came.'),
  mean: mean.nullable(),
  rows: count,
  texts: z.record(z.string(), z.string()),
});

/** What `engineer optimize --json` prints as its last line and `engineer show --json` prints, and `report.json` holds. */
export const reportSchema = z
  .object({
    schema: z.literal('promptchain.engineer.report.v1'),
    run: z.string(),
    name: z.string().describe('What a command line calls it.'),
    started: z.string(),
    chain: z.string(),
    data: z.string(),
    models: z.object({ chain: z.array(z.string()), improver: z.string() }),
    seed: z.number().int(),
    from: z.string().nullable().describe('The run whose best texts it began with.'),
    status: z.enum(['finished', 'unfinished']),
    ended: z.string().nullable().describe('Why the search ended, or the run paused.'),
    verdict: z.enum(['improved', 'no significant gain', 'worse', 'in-sample only']).nullable(),
    test: test.nullable(),
    testUses: count.describe('Optimisations that the same test rows have decided, this one included.'),
    fixed: z.array(z.string()).describe('Ids of test rows that got better.'),
    broken: z.array(
      z.object({ id: z.string(), before: z.object(side), after: z.object({ ...side, findings: z.array(z.string()) }) }),
    ),
    blame: z
      .array(z.object({ step: z.string(), fixed: z.array(z.string()), broken: z.array(z.string()) }))
      .describe('Test rows by the first step that says something else than before.'),
    best: count.nullable().describe('The candidate that was chosen, or is the best so far.'),
    scores: z.array(
      z.object({
        texts: z.enum(['first', 'best']),
        split,
        rows: count,
        mean,
        low: z.number().describe('Of the 95 % interval.'),
        high: z.number(),
      }),
    ),
    categories: z.array(
      z.object({ category: z.string(), rows: count, difference: z.number(), low: z.number(), high: z.number() }),
    ),
    demos: count.describe('Rows that were learnt from and stand in the best texts as examples.'),
    noise: z.number().nullable().describe('By how much new texts had to be better, where it was measured.'),
    regressed: z.array(z.string()).describe('Categories that must not get worse and did.'),
    texts: z.array(z.object({ id: z.string(), file: z.string(), before: z.string(), after: z.string() })),
    spent: z.object({
      budget: count.describe('Rollouts.'),
      rollouts: z.object({ train: count, val: count, test: count }),
      cached: count.describe('Rollouts answered from the cache alone.'),
      questions: count.describe('To the model that writes prompts.'),
      calls: count.describe('Requests to models.'),
      models: z.record(z.string(), count).describe('The same by model.'),
      costUsd: dollars,
    }),
    curve: z.array(z.object({ spent: count, mean })).describe('The best mean on validation rows over rollouts.'),
    candidates: z.array(candidate),
    gates: z.array(z.object({ iteration: count, parent: count, accepted: z.boolean(), spent: count })),
    refused: z.record(z.string(), count).describe('Texts that no rollout was spent on, by the guard that refused them.'),
    heat: z.object({
      rows: z.array(z.string()),
      scores: z.array(z.array(mean.nullable())).describe('By candidate, then by row.'),
    }),
  })
  .describe('What an optimisation found.') satisfies z.ZodType<ReportData>;
