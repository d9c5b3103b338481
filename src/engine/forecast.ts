import type { Spent } from '../core/limits.ts';
import type { Model, ModelRequest, Usage } from '../core/model.ts';
import { estimateInput } from '../lib/token-estimate.ts';

/** What a call will use, as far as can be told before it is made. */
export interface Forecast {
  readonly tokens: number;
  readonly costUsd: number | null;
  /** Nothing says how long the answer will be. */
  readonly open: boolean;
}

/** Learns from the answers of a run how far a model's own count is from the estimate, and how long its answers are. */
export interface Forecasts {
  of(model: Model, request: ModelRequest): Forecast;
  learn(model: Model, request: ModelRequest, usage: Usage): void;
}

/** `before` is what an earlier part of the run has used: the length of its answers counts until a model has given one. */
export function createForecasts({ usage: before, calls }: Spent): Forecasts {
  const usual = calls === 0 || before.output_tokens === 0 ? undefined : Math.ceil(before.output_tokens / calls);
  const seen = new Map<string, { estimated: number; read: number; written: number; answers: number }>();
  return {
    of(model, request) {
      const known = seen.get(model.spec.id);
      const scale = known === undefined || known.estimated === 0 ? 1 : known.read / known.estimated;
      const longest = request.params.max_tokens ?? (known === undefined ? usual : Math.ceil(known.written / known.answers));
      const usage = { input_tokens: Math.ceil(estimateInput(request) * scale), output_tokens: longest ?? 0 };
      return {
        tokens: usage.input_tokens + usage.output_tokens,
        costUsd: priceOf(model, usage),
        open: longest === undefined,
      };
    },
    learn({ spec }, request, usage) {
      if (usage.estimated === true || usage.output_tokens === 0) return;
      const { estimated, read, written, answers } = seen.get(spec.id) ?? { estimated: 0, read: 0, written: 0, answers: 0 };
      seen.set(spec.id, {
        estimated: estimated + estimateInput(request),
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
