import { LimitError } from '../../core/errors.ts';
import type { Model, OpenModel, Usage } from '../../core/model.ts';
import { dollars } from '../../lib/dollars.ts';
import { estimateInput } from '../../lib/token-estimate.ts';

/** Holds all calls of an optimisation, those under way included, to its budgets of money and calls. */
export interface Purse {
  guarded(live: OpenModel): OpenModel;
}

export interface PurseOptions {
  readonly usd?: number | undefined;
  readonly calls?: number | undefined;
  /** What an earlier part of the run has used. */
  readonly spent: { readonly usd: number; readonly calls: number };
}

/** Tokens of an answer whose step sets no `max_tokens`, until longer ones were seen. */
const USUAL_ANSWER = 500;

/**
 * Lets a call through only if the most it may take fits into what is left beside the calls under way. What the cache answers
 * is asked for in front of it, so it has to fit too, and takes nothing.
 */
export function openPurse(options: PurseOptions): Purse {
  const { usd = Number.POSITIVE_INFINITY, calls = Number.POSITIVE_INFINITY } = options;
  const used = { ...options.spent };
  const reserved = { usd: 0, calls: 0 };
  let longest = USUAL_ANSWER;
  const guardedModel = (model: Model): Model => ({
    ...model,
    async *stream(request, signal) {
      const output = request.params.max_tokens ?? longest;
      const most = model.cost?.({ input_tokens: estimateInput(request), output_tokens: output }) ?? 0;
      if (used.usd + reserved.usd + most > usd) throw usedUp(dollars(usd), '--budget-usd');
      if (used.calls + reserved.calls + 1 > calls) throw usedUp(`${calls} calls`, '--max-calls');
      reserved.usd += most;
      reserved.calls += 1;
      let usage: Usage | undefined;
      let isCall = model.llm;
      try {
        for await (const event of model.stream(request, signal)) {
          if (event.type === 'usage') usage = event.usage;
          else if (event.type === 'finish' && event.cached === true) isCall = false;
          yield event;
        }
      } finally {
        reserved.usd -= most;
        reserved.calls -= 1;
        used.calls += Number(isCall);
        if (usage !== undefined) {
          longest = Math.max(longest, usage.output_tokens);
          used.usd += model.cost?.(usage) ?? 0;
        }
      }
    },
  });
  if (options.usd === undefined && options.calls === undefined) return { guarded: (live) => live };
  return { guarded: (live) => async (spec) => guardedModel(await live(spec)) };
}

function usedUp(what: string, flag: string): LimitError {
  return new LimitError(`the budget of ${what} does not allow another call`, {
    code: 'PC9010',
    help: `go on with more: promptchain engineer resume last ${flag} …`,
  });
}
