import type { Spent } from '../core/limits.ts';
import type { Model, ModelRequest, Usage } from '../core/model.ts';
import { estimateInput } from './token-estimate.ts';

/** What a call will use, as far as can be told before it is made. */
export interface Forecast {
  /** At most, as far as `max_tokens` or the answers before tell. */
  readonly tokens: number;
  /** As a rule: answers are seldom as long as `max_tokens` lets them be. */
  readonly usualTokens: number;
  readonly costUsd: number | null;
  /** Nothing says how long the answer will be. */
  readonly open: boolean;
  /** Of the input, as estimated from its text alone. */
  readonly estimated: number;
}

/** For who has no use for one: to estimate a long text takes time. */
export const NO_FORECAST: Forecast = { tokens: 0, usualTokens: 0, costUsd: 0, open: false, estimated: 0 };

/** Learns from the answers of a run how far a model's own count is from the estimate, and how long its answers are. */
export interface Forecasts {
  of(model: Model, request: ModelRequest): Forecast;
  learn(model: Model, forecast: Forecast, usage: Usage): void;
}

/** `before` is what an earlier part of the run has used: the length of its answers counts until a model has given one. */
export function createForecasts({ usage: before, calls }: Spent): Forecasts {
  const usual = calls === 0 || before.output_tokens === 0 ? undefined : Math.ceil(before.output_tokens / calls);
  const seen = new Map<string, { estimated: number; read: number; written: number; answers: number }>();
  return {
    of(model, request) {
      const known = seen.get(model.spec.id);
      const scale = known === undefined || known.estimated === 0 ? 1 : known.read / known.estimated;
      const written = known === undefined ? usual : Math.ceil(known.written / known.answers);
      const longest = request.params.max_tokens ?? written;
      const estimated = estimateInput(request);
      const usage = { input_tokens: Math.ceil(estimated * scale), output_tokens: longest ?? 0 };
      return {
        tokens: usage.input_tokens + usage.output_tokens,
        usualTokens: usage.input_tokens + Math.min(usage.output_tokens, written ?? 0),
        costUsd: priceOf(model, usage),
        open: longest === undefined,
        estimated,
      };
    },
    learn({ spec }, forecast, usage) {
      if (forecast === NO_FORECAST || usage.estimated === true || usage.output_tokens === 0) return;
      const { estimated, read, written, answers } = seen.get(spec.id) ?? { estimated: 0, read: 0, written: 0, answers: 0 };
      seen.set(spec.id, {
        estimated: estimated + forecast.estimated,
        read: read + usage.input_tokens,
        written: written + usage.output_tokens,
        answers: answers + 1,
      });
    },
  };
}

/** US dollars; what is no language model costs nothing. */
export function priceOf(model: Model, usage: Usage): number | null {
  if (model.cost !== undefined) return model.cost(usage);
  return model.llm ? null : 0;
}
