import type { Topic } from './topic.ts';

export const limits: Topic = {
  name: 'limits',
  summary: 'what a run may cost and take, prices, rate limits, other models in place of one that fails',
  text: async () => `A run stops before the call that would exceed a limit: exit code 6, status limited.

  limits: { cost: 0.50, time: 10m, calls: 40, tokens: 200000 }     in the chain
  --max-cost 0.50 --timeout 10m --max-turns 40 --max-tokens-total 200000     over it

It goes on with promptchain runs resume last --max-cost 2. What it has used counts, also what failed; time is that of each
start. What a call will use is estimated: its input, and max_tokens or what answers were so far. Calls that run beside
each other reserve theirs. A chain that is called keeps its own limits within those of its caller. What the cache
answers is no call. For test and engineer eval the flags are for all cases together, judges included.

Prices come with the program (those of genai-prices) and are never fetched. An unknown price is shown as unknown, and a
limit on the cost is refused then. Local models cost nothing. Your own price, in dollars per million tokens:

  models:
    mine: { model: openai/my-tune, price: { input: 0.5, output: 1.5, cached_input: 0.1 } }

Calls with the same key share a limiter. It keeps to what the provider tells with its answers, sends fewer at once when
it refuses some, and learns a limit from refusals where nobody tells. To tell it:

  models:
    mine: { model: openai/my-tune, rate: { requests: 60, tokens: 90000 } }     a minute, in the chain
  providers: { openai: { rate: { requests: 60 } } }     in your config.yaml, for all its models together

A provider that fails eight times in a row, for three steps or more, is not called for half a minute: PC6008.

When a model has failed after its attempts, the next of its fallback answers; a step may name its own:

  models:
    smart: { model: anthropic/claude-sonnet-4-5, fallback: [openai/gpt-4o] }

Any failure of the model counts: also a refused key, an empty answer, a context that is too small. A warning (PC6103)
names both models and why. Text that is already on stdout is not said again.`,
};
