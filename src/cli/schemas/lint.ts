import { z } from 'zod';
import type { LintFinding, Severity } from '../../engineer/lint/lint.ts';

const SEVERITIES = ['low', 'medium', 'high'] as const satisfies readonly Severity[];

export const severity = z.enum(SEVERITIES);

export const lintFinding = z.object({
  rule: z.string(),
  severity,
  quote: z.string().describe('The part of the prompt it is about; empty when something is missing.'),
  problem: z.string(),
  fix: z.string(),
}) satisfies z.ZodType<LintFinding>;

/** What `engineer lint --json` prints. */
export const lintSchema = z
  .object({
    schema: z.literal('promptchain.lint.v1'),
    exit_code: z.number().int(),
    prompts: z.array(
      z.object({
        target: z.string(),
        findings: z.array(lintFinding.extend({ line: z.number().int().positive().nullable().describe('Of the prompt.') })),
      }),
    ),
  })
  .describe('What can be seen of prompts without a model.');
