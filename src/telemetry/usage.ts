import type { Attributes } from '@opentelemetry/api';
import type { Usage } from '../core/model.ts';

/** Tokens under the names of the conventions, which include the cached and the reasoning ones in the totals, as we do. */
export function usageAttributes(usage: Usage): Attributes {
  return {
    'gen_ai.usage.input_tokens': usage.input_tokens,
    'gen_ai.usage.output_tokens': usage.output_tokens,
    ...(usage.cached_input_tokens === undefined ? {} : { 'gen_ai.usage.cache_read.input_tokens': usage.cached_input_tokens }),
    ...(usage.cache_write_tokens === undefined ? {} : { 'gen_ai.usage.cache_creation.input_tokens': usage.cache_write_tokens }),
    ...(usage.reasoning_tokens === undefined ? {} : { 'gen_ai.usage.reasoning.output_tokens': usage.reasoning_tokens }),
    ...(usage.estimated === true ? { 'promptchain.usage.estimated': true } : {}),
  };
}
