import { z } from 'zod';
import { chainName, count, dollars, errorRecord, json, milliseconds, usage } from './record.ts';

const score = z.number().min(0).max(1);

const counts = z.object({ passed: count, failed: count, error: count, not_run: count });

const assertion = z
  .object({
    type: z.string().describe('With not- in front where it is turned round.'),
    step: z.string().exactOptional().describe('Whose output it is about; by default that of the chain.'),
    metric: z.string().exactOptional(),
    weight: z.number(),
    pass: z.boolean(),
    score,
    reason: z.string(),
    fix: z.string().exactOptional().describe('What would have to change.'),
    get parts() {
      return z.array(assertion).exactOptional().describe('Of an assert-set.');
    },
  })
  .describe('What one assertion found.');

const run = z.object({
  run_id: z.string(),
  output: json.describe('Null when the run did not come to its end.'),
  pass: z.boolean().nullable().describe('Null when the run could not be judged.'),
  score: score.nullable(),
  reason: z.string().nullable(),
  fix: z.string().nullable(),
  metrics: z.record(z.string(), z.number()),
  assertions: z.array(assertion),
  error: errorRecord.nullable(),
  usage,
  cost_usd: dollars,
  judge_usage: usage.nullable(),
  judge_cost_usd: dollars,
  duration_ms: milliseconds,
});

const row = z.object({
  id: z.string(),
  description: z.string().exactOptional(),
  file: z.string(),
  line: z.number().int().positive(),
  status: z.enum(['passed', 'failed', 'error', 'not_run']).describe('error: no run of it could be judged, or not all.'),
  score: score.nullable().describe('The mean over its runs that could be judged.'),
  input: z.string().exactOptional(),
  vars: z.record(z.string(), json),
  expected: json.exactOptional(),
  metadata: z.record(z.string(), json),
  runs: z.array(run),
});

/** What `test --json` and `engineer eval --json` print. */
export const evaluationSchema = z
  .object({
    schema: z.literal('promptchain.evaluation.v1'),
    chain: chainName,
    dataset: z.string().describe('The file of the cases.'),
    exit_code: z.number().int(),
    met: z.boolean().describe('Every case that could be judged passed, or the threshold is reached.'),
    score: score.nullable().describe('The mean over the cases that could be judged, by their weight.'),
    threshold: score.nullable(),
    counts,
    metrics: z.record(z.string(), z.number()),
    usage,
    cost_usd: dollars,
    duration_ms: milliseconds,
    error: errorRecord.nullable().describe('What ended it early.'),
    cases: z.array(row),
  })
  .describe('An evaluation: the score of a chain on cases, and each case.');
