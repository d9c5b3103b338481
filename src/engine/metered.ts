import { StepError } from '../core/errors.ts';
import { type Model, type ModelEvent, type ModelRequest, type ModelSpec, NO_USAGE, type Usage } from '../core/model.ts';
import { priceOf } from '../lib/forecast.ts';
import { estimateInput, estimateTokens } from '../lib/token-estimate.ts';
import { deadline } from './deadline.ts';
import type { Frame } from './interpret.ts';
import type { Tally } from './tally.ts';

/** The longest one answer of a model may take. */
const LONGEST_CALL_MS = 600_000;

/** A model whose every call is held to the limits of the run, ends in time, and is counted, whether it succeeds or not. */
export async function openMetered(
  { options, meter }: Pick<Frame, 'options' | 'meter'>,
  spec: ModelSpec,
  tally: Tally,
): Promise<Model> {
  const model = await options.openModel(spec);

  async function* stream(request: ModelRequest, signal: AbortSignal) {
    const earlier = model.recall?.(request);
    if (earlier !== undefined) {
      signal.throwIfAborted();
      yield* earlier;
      return;
    }
    const call = await meter.admit(model, request, signal);
    const limit = deadline(signal, LONGEST_CALL_MS, tookTooLong);
    let said: Usage | undefined;
    let written = 0;
    let whole = false;
    let cached = false;
    try {
      for await (const event of model.stream(request, limit.signal)) {
        if (event.type === 'waiting') limit.pause();
        else limit.resume();
        if (event.type === 'usage') said = event.usage;
        else if (event.type === 'finish') {
          whole = true;
          cached = event.cached === true;
        } else written += estimateTokens(wordsOf(event));
        yield event;
      }
    } finally {
      limit.clear();
      const isAnswered = model.llm && !cached && (whole || written > 0);
      const told = said ?? (isAnswered ? guess(request, written) : undefined);
      const usage = told ?? NO_USAGE;
      const costUsd = told === undefined ? 0 : priceOf(model, told);
      call.settle(usage, costUsd, !cached);
      tally.add(usage, costUsd);
    }
  }

  return { ...model, stream };
}

/** A provider charges for an answer that broke off, and some never say how much they wrote. */
function guess(request: ModelRequest, written: number): Usage {
  return { input_tokens: estimateInput(request), output_tokens: written, estimated: true };
}

function wordsOf(event: ModelEvent): string {
  if (event.type === 'tool-call') return event.call.arguments;
  return event.type === 'text-delta' || event.type === 'reasoning-delta' ? event.text : '';
}

function tookTooLong(): StepError {
  return new StepError(`the model did not finish its answer within ${LONGEST_CALL_MS / 60_000} minutes`, {
    code: 'PC6102',
    reason: 'timeout',
    help: 'ask for less in one step, or lower max_tokens',
  });
}
