import { z } from 'zod';
import type { JsonObject } from '../core/json.ts';
import type { ModelParams } from '../core/model.ts';

/** The generation parameters, as they may stand on a prompt step and in an entry of `models`. */
export const modelParams = {
  temperature: z.number().min(0).max(2).optional().describe('0 for the likeliest words, higher for more variety'),
  max_tokens: z.int().min(1).optional().describe('the longest answer, in tokens'),
  top_p: z.number().min(0).max(1).optional().describe('sample from the likeliest tokens that add up to this share'),
  seed: z.int().optional().describe('asks for the same answer to the same request, where the provider can'),
  stop_sequences: z.array(z.string().min(1)).min(1).max(16).optional().describe('texts at which the model stops'),
  frequency_penalty: z.number().min(-2).max(2).optional(),
  presence_penalty: z.number().min(-2).max(2).optional(),
  reasoning_effort: z
    .enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])
    .optional()
    .describe('how long a reasoning model may think'),
  params: z
    .record(z.string(), z.json())
    .optional()
    .describe('further fields for the body of the request, as the provider names them'),
};

type Written = { readonly [K in keyof typeof modelParams]?: z.output<(typeof modelParams)[K]> };

/** The parameters among a step's options; `params` becomes `extra`. */
export function paramsOf(options: Written): ModelParams {
  const entries = Object.keys(modelParams)
    .filter((key) => options[key as keyof Written] !== undefined)
    .map((key) => [key === 'params' ? 'extra' : key, options[key as keyof Written]]);
  return Object.fromEntries(entries) as ModelParams & { extra?: JsonObject };
}
