import { z } from 'zod';
import { RETRYABLE, type Reason } from '../core/errors.ts';
import { CACHE_SAYS, cache } from '../lib/cache-option.ts';
import { duration } from '../lib/duration.ts';
import { fields } from '../lib/fields.ts';
import { expression, value } from './fields.ts';

const reasons = [...RETRYABLE] as [Reason, ...Reason[]];

const retry = () =>
  z.union([
    z.int().min(1).max(100),
    z.strictObject({
      attempts: z.int().min(1).max(100).describe('how often the step is tried in all, the first time included'),
      on: z.array(z.enum(reasons)).min(1).optional().describe('which failures are tried again; by default all of these'),
    }),
  ]);

const change = () =>
  z.union([
    z.strictObject({
      append: value().describe('added to the list under this key'),
      keep: z.int().min(1).optional().describe('how many of the newest entries stay'),
    }),
    z.strictObject({ merge: z.record(z.string(), value()).describe('keys put into the map under this key') }),
    z.strictObject({ increment: z.number().describe('added to the number under this key, which starts at 0') }),
    value(),
  ]);

/** The keys that every step may have, whatever its kind. */
export const stepOptions = fields({
  id: () =>
    z
      .string()
      .regex(/^[a-z][a-z0-9_]*$/, 'must start with a small letter and hold only small letters, digits and _')
      .max(64)
      .optional()
      .describe('the name other steps read this one by: {steps.<id>.output}'),
  description: () => z.string().optional().describe('what the step is for, for people'),
  if: () => expression().optional().describe('a CEL condition; when it is false the step is skipped'),
  retry: () => retry().optional().describe('how often the step is tried in all, and for which failures'),
  timeout: () => duration().optional().describe('the longest the step may take over all its attempts, such as 90s or 3m'),
  on_error: () =>
    z
      .union([z.enum(['stop', 'continue']), z.array(z.unknown()).min(1, 'needs at least one step')], {
        error: 'must be stop, continue or a list of steps',
      })
      .optional()
      .describe('what happens when the step fails: stop (the default), continue, or steps that run in its place'),
  foreach: () =>
    z
      .union([expression(), z.array(value())], { error: 'must be a CEL expression that gives a list, or a list' })
      .optional()
      .describe('runs the step once for each item of a list: {item} and {index}; the outputs are a list, in its order'),
  concurrency: () => z.int().min(1).max(1000).optional().describe('with foreach: how many items at a time; by default 1'),
  repeat: () =>
    z
      .strictObject({
        max: z.int().min(1).max(1000).describe('the most turns'),
        until: expression().optional().describe('a CEL condition, looked at after each turn: when it holds, the loop ends'),
        while: expression()
          .optional()
          .describe('a CEL condition, looked at before each turn: when it does not hold, the loop ends'),
        on_max: z
          .enum(['fail', 'continue'])
          .optional()
          .describe('when max turns did not do: fail (the default), or go on with the last output'),
      })
      .optional()
      .describe('runs the step again and again; each output is the {input} of the next turn, {loop.turn} counts from 1'),
  cache: () => cache().optional().describe(CACHE_SAYS),
  remember: () =>
    z.record(z.string().min(1), change()).optional().describe('what to write to memory when the step has completed'),
  raw: () => z.boolean().optional().describe('true: nothing in the texts of this step is a placeholder'),
});
