import type { Usage } from '../../core/model.ts';

/** Tokens in the words of Chat Completions: of the whole run, all its steps together. */
export function chatUsage({ input_tokens, output_tokens, cached_input_tokens, reasoning_tokens }: Usage): object {
  return {
    prompt_tokens: input_tokens,
    completion_tokens: output_tokens,
    total_tokens: input_tokens + output_tokens,
    prompt_tokens_details: { cached_tokens: cached_input_tokens ?? 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: reasoning_tokens ?? 0, audio_tokens: 0 },
  };
}

/** The same in those of Responses. */
export function responsesUsage({ input_tokens, output_tokens, cached_input_tokens, reasoning_tokens }: Usage): object {
  return {
    input_tokens,
    input_tokens_details: { cached_tokens: cached_input_tokens ?? 0 },
    output_tokens,
    output_tokens_details: { reasoning_tokens: reasoning_tokens ?? 0 },
    total_tokens: input_tokens + output_tokens,
  };
}
