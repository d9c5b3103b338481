import { z } from 'zod';
import { isJsonObject } from '../core/json.ts';
import type { ModelParams } from '../core/model.ts';

/** Generation parameters as a chain file, a model alias and the front matter of a prompt file may give them. */
export const modelParams = {
  temperature: () => z.number().min(0).max(2).optional().describe('randomness, from 0 to 2'),
  max_tokens: () => z.int().min(1).optional().describe('the longest answer, in tokens'),
  top_p: () => z.number().min(0).max(1).optional().describe('nucleus sampling, from 0 to 1'),
  seed: () => z.int().optional().describe('for providers that can repeat an answer'),
  stop_sequences: () => z.array(z.string()).max(16).optional().describe('texts the answer ends before'),
  frequency_penalty: () => z.number().min(-2).max(2).optional().describe('against words already used, from -2 to 2'),
  presence_penalty: () => z.number().min(-2).max(2).optional().describe('against topics already used, from -2 to 2'),
  reasoning_effort: () =>
    z
      .enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])
      .optional()
      .describe('how much a reasoning model thinks first'),
  params: () =>
    z.record(z.string(), z.json()).optional().describe('further fields for the body of the request, as the provider names them'),
} as const;

/** The parameters among some options. `params` may hold them too, as in the original; what else it holds becomes `extra`. */
export function paramsOf(options: Readonly<Record<string, unknown>>): ModelParams {
  const known: Record<string, unknown> = {};
  const inner = isJsonObject(options.params) ? Object.entries(options.params) : [];
  for (const [name, value] of inner) if (NAMES.has(name)) known[name] = value;
  for (const [name, value] of Object.entries(options)) if (value !== undefined && NAMES.has(name)) known[name] = value;
  const extra = inner.filter(([name]) => !NAMES.has(name));
  return extra.length === 0 ? known : { ...known, extra: Object.fromEntries(extra) };
}

/** One set of parameters over another. */
export function mergeParams(under: ModelParams, over: ModelParams): ModelParams {
  if (Object.keys(over).length === 0) return under;
  const given = Object.fromEntries(Object.entries(over).filter(([, value]) => value !== undefined)) as ModelParams;
  const extra = { ...under.extra, ...given.extra };
  return { ...under, ...given, ...(Object.keys(extra).length === 0 ? {} : { extra }) };
}

const NAMES: ReadonlySet<string> = new Set(Object.keys(modelParams).filter((name) => name !== 'params'));
