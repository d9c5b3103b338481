import { z } from 'zod';
import { lintFinding, severity } from './lint.ts';
import { count, dollars } from './record.ts';

const criticism = z.object({
  aspect: z.string(),
  quote: z.string().describe('A part of the prompt; empty when something is missing.'),
  problem: z.string(),
  fix: z.string(),
  severity,
});

const findings = z.object({
  lint: z.array(lintFinding),
  criticism: z.array(criticism).nullable().describe('Null when no judge has seen the text.'),
});

const result = z.object({
  target: z.string(),
  changed: z.boolean(),
  verdict: z.string().describe('For people: changed or not, and what that rests on.'),
  reason: z.string().describe('Why it ended.'),
  basis: z.enum(['measured', 'judged']).describe('Answers were compared, or only the prompts.'),
  inputs: z.array(z.string()).describe('What both prompts were tried on.'),
  inputs_made_up: z.boolean().describe('The improver wrote them.'),
  original: z.string(),
  text: z.string(),
  before: findings,
  after: findings,
  hunks: z
    .array(z.object({ search: z.string(), replace: z.string(), reason: z.string() }))
    .describe('The changes that were taken.'),
  decisions: z.array(
    z.object({
      iteration: count,
      accepted: z.boolean(),
      wins: count.describe('Inputs that the new text was better on; the texts themselves count as one.'),
      losses: count,
      ties: count,
      p: z.number().describe('Of a sign test over wins and losses.'),
      votes: z.object({ new: count, old: count, tie: count }).describe('Each a judge that was asked in both orders.'),
    }),
  ),
  refused: z.array(z.object({ guard: z.string(), problem: z.string() })),
});

/** What `engineer improve --json` prints. */
export const improveSchema = z
  .object({
    schema: z.literal('promptchain.improve.v1'),
    exit_code: z.number().int(),
    calls: count.describe('Requests to models.'),
    cached: count.describe('Answers that the cache gave.'),
    cost_usd: dollars,
    written: z.array(z.object({ file: z.string(), backup: z.string().nullable().describe('Where what was there is kept.') })),
    results: z.array(result),
  })
  .describe('Prompts, improved or not.');
