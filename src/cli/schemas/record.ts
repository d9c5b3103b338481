import { z } from 'zod';
import type { ErrorRecord, Reason } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { ToolCall } from '../../core/message.ts';
import type { FinishReason } from '../../core/model.ts';

/** The parts that results and events share: reasons, errors, usage. */
export const json = z.custom<Json>();

export const milliseconds = z.number().nonnegative();

export const dollars = z.number().nonnegative().nullable().describe('US dollars; null when the price of any call is unknown.');

export const count = z.number().int().nonnegative();

const REASONS = [
  'rate_limit',
  'overloaded',
  'timeout',
  'network',
  'server',
  'invalid_output',
  'command',
  'function',
  'auth',
  'quota',
  'bad_request',
  'not_found',
  'context_overflow',
  'refusal',
  'empty_output',
  'incomplete',
  'condition',
  'tool',
  'denied',
  'needs_human',
  'not_met',
  'stopped',
  'budget',
  'cancelled',
  'usage',
  'chain',
  'store',
  'internal',
] as const satisfies readonly Reason[];

export const reason = z.enum(REASONS).describe('The class of a failure: code may decide by it, never by the message.');

const FINISH_REASONS = [
  'stop',
  'length',
  'tool_calls',
  'refusal',
  'content_filter',
  'unknown',
] as const satisfies readonly FinishReason[];

export const finishReason = z.enum(FINISH_REASONS).describe('Why the answer ended.');

export const toolCall = z
  .object({ id: z.string(), name: z.string(), arguments: z.string().describe("The model's own JSON text.") })
  .describe('A call the model asked for.') satisfies z.ZodType<ToolCall>;

export const usage = z
  .object({
    input_tokens: count.describe('Cached ones included.'),
    output_tokens: count.describe('Reasoning included.'),
    cached_input_tokens: count.exactOptional(),
    cache_write_tokens: count.exactOptional(),
    reasoning_tokens: count.exactOptional(),
    estimated: z
      .boolean()
      .exactOptional()
      .describe('Some of it is an estimate: an answer broke off, or a provider does not say.'),
  })
  .describe('Tokens, as counted by the provider.');

export const errorRecord = z
  .object({
    code: z
      .string()
      .regex(/^PC\d{4}$/)
      .describe('Stable; `promptchain help errors` lists them.'),
    reason,
    message: z.string(),
    help: z.string().exactOptional().describe('How to mend it.'),
    step: z.string().exactOptional().describe('Journal path of the step it happened in.'),
    provider: z.string().exactOptional(),
    status: z.number().int().exactOptional().describe("HTTP status of the provider's answer."),
    retry_after_ms: milliseconds.exactOptional().describe('How long the provider asked to wait.'),
    file: z.string().exactOptional(),
    line: z.number().int().positive().exactOptional(),
    column: z.number().int().positive().exactOptional(),
    problems: z
      .array(
        z.object({
          code: z.string(),
          severity: z.enum(['error', 'warning']),
          message: z.string(),
          help: z.string().exactOptional(),
          file: z.string(),
          line: z.number().int().positive(),
          column: z.number().int().positive(),
        }),
      )
      .exactOptional()
      .describe('Everything wrong with a chain file, in the order of the file.'),
  })
  .describe('Why something failed.') satisfies z.ZodType<ErrorRecord>;

export const warning = z.object({ code: z.string(), message: z.string(), step: z.string().exactOptional() });

export const chainName = z
  .object({
    name: z.string(),
    file: z.string().describe('Absolute path, or <stdin>.'),
    sha256: z.string().describe("Of the file's bytes, hex."),
  })
  .describe('The chain that ran.');
