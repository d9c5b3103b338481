import { z } from 'zod';
import type { RunResult } from '../../core/run.ts';
import { chainName, count, dollars, errorRecord, finishReason, json, milliseconds, usage, warning } from './record.ts';

const stepResult = z.object({
  id: z.string().describe('The id the file gives it, or its number among its siblings, from 1.'),
  path: z.string().describe('Journal path: reply/draft is step draft of what step reply runs.'),
  type: z.string().describe('The kind of step.'),
  status: z.enum(['completed', 'failed', 'skipped']),
  model: z.string().nullable(),
  attempts: count,
  output: z.string(),
  data: json.describe('The parsed value; null when there is none.'),
  finish_reason: finishReason.nullable(),
  reused: z.literal(true).exactOptional().describe('Its result is that of an earlier run.'),
  cached: z.literal(true).exactOptional().describe('Its answer came from the cache.'),
  duration_ms: milliseconds,
  tool_calls: count,
  usage,
  cost_usd: dollars,
  error: errorRecord.nullable(),
});

/** What `--json` and `runs show --json` print: the whole run in one object. */
export const resultSchema = z
  .object({
    schema: z.literal('promptchain.result.v1'),
    run_id: z.string(),
    chain: chainName,
    status: z.enum(['success', 'failed', 'not_met', 'limited', 'blocked', 'interrupted']),
    exit_code: z.number().int().describe('What the process exits with: promptchain help exit-codes.'),
    output: json.describe('Text, or the map that output: describes; null when the run did not get that far.'),
    steps: z.array(stepResult),
    usage,
    cost_usd: dollars,
    duration_ms: milliseconds,
    llm: z.boolean().describe('False when any answer came from what is not a language model.'),
    warnings: z.array(warning),
    error: errorRecord.nullable(),
    resume: z.string().nullable().describe('The command that goes on where this run ended.'),
    stopped: z.string().exactOptional().describe('The reason given by a stop step that ended the chain early.'),
  })
  .describe('The result of a run: what --json prints on success and on failure.') satisfies z.ZodType<RunResult>;
