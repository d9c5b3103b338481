import type { StepEvent, TurnCompleted } from '../core/event.ts';
import type { RecordedTurn } from '../core/host.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { ToolCall } from '../core/message.ts';
import type { FinishReason, Model, ModelRequest, ModelSpec } from '../core/model.ts';
import type { Step, Turn } from '../core/step.ts';
import { askedFrom, cacheFor } from './asked-from.ts';
import { type Attempted, type AttemptOptions, attempts, MODEL_DEFAULT } from './attempts.ts';
import type { Place } from './context.ts';
import { causeOf } from './failed-at.ts';
import { hashOf } from './fingerprint.ts';
import { ranAnew } from './fresh.ts';
import { openMetered } from './metered.ts';
import { createTally, type Tally } from './tally.ts';

/** One turn of a model as a journal entry: tried again by the step's policy, repeated by no resumed run. */
export async function* takeTurn(
  place: Place,
  key: string,
  spec: ModelSpec,
  request: ModelRequest,
  asking: Pick<Step, 'retry' | 'cache'>,
): AsyncGenerator<StepEvent, Turn> {
  const { frame, step } = place;
  const { io } = frame.options;
  const tally = createTally();
  const turn = `${frame.prefix}${key}`;
  const fingerprint = hashOf([spec.id, { ...request } as unknown as Json]);
  const entry = { path: turn, fingerprint, stale: frame.again };
  const work = frame.host.step<RecordedTurn>(entry, async function* ({ idempotencyKey }) {
    const startedAt = io.clock.elapsed();
    const first = await frame.options.openModel(spec);
    yield { type: 'turn.started', step, turn, model: first.spec.id };
    const {
      outcome,
      attempts: count,
      model: answering = spec,
    } = yield* attempted({
      path: step,
      io,
      signal: frame.signal,
      policy: asking.retry ?? MODEL_DEFAULT,
      live: false,
      models: [spec, ...(spec.fallback ?? [])],
      async *run({ number, model: chosen = spec }, signal) {
        const model = askedFrom(turn, await openMetered(frame, chosen, tally), cacheFor(asking, number));
        return yield* answer(model, { ...request, params: chosen.params, idempotencyKey }, signal, step, turn);
      },
    });
    const record: TurnCompleted = {
      type: 'turn.completed',
      step,
      turn,
      model: (await frame.options.openModel(answering)).spec.id,
      text: outcome.text,
      tool_calls: outcome.toolCalls,
      ...(outcome.providerItems === undefined ? {} : { provider_items: outcome.providerItems }),
      finish_reason: outcome.finish,
      ...(outcome.cached ? { cached: true } : {}),
      attempts: count,
      usage: tally.usage,
      cost_usd: tally.costUsd,
      duration_ms: Math.round(io.clock.elapsed() - startedAt),
      fingerprint,
    };
    return { completed: record };
  });
  const { record, reused } = yield* counted(work, place.tally, tally);
  if (!reused) ranAnew(frame.notice);
  const { completed } = record;
  return {
    text: completed.text,
    toolCalls: completed.tool_calls,
    finishReason: completed.finish_reason,
    usage: completed.usage,
    costUsd: completed.cost_usd,
    model: completed.model,
    ...(completed.provider_items === undefined ? {} : { providerItems: completed.provider_items }),
  };
}

interface Made {
  readonly record: RecordedTurn;
  readonly reused: boolean;
}

/** A turn counts for its step: what its record says, which an earlier part of the run may have written, or what it used in vain. */
async function* counted(work: AsyncGenerator<StepEvent, Made>, step: Tally, turn: Tally): AsyncGenerator<StepEvent, Made> {
  try {
    const made = yield* work;
    step.add(made.record.completed.usage, made.record.completed.cost_usd);
    return made;
  } catch (error) {
    step.add(turn.usage, turn.costUsd);
    throw error;
  }
}

/** As `attempts`, but what it throws is the failure itself: whoever takes turns decides by its reason. */
async function* attempted<T>(options: AttemptOptions<T>): AsyncGenerator<StepEvent, Attempted<T>> {
  try {
    return yield* attempts(options);
  } catch (error) {
    throw causeOf(error);
  }
}

interface Answer {
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  readonly providerItems?: JsonObject;
  readonly finish: FinishReason;
  readonly cached: boolean;
}

async function* answer(
  model: Model,
  request: ModelRequest,
  signal: AbortSignal,
  step: string,
  turn: string,
): AsyncGenerator<StepEvent, Answer> {
  const parts: string[] = [];
  const toolCalls: ToolCall[] = [];
  let providerItems: JsonObject | undefined;
  let finish: FinishReason = 'unknown';
  let cached = false;
  for await (const event of model.stream(request, signal)) {
    switch (event.type) {
      case 'text-delta':
        parts.push(event.text);
        yield { type: 'turn.delta', step, turn, text: event.text };
        break;
      case 'reasoning-delta':
        yield { type: 'step.reasoning_delta', step, text: event.text };
        break;
      case 'tool-call':
        toolCalls.push(event.call);
        break;
      case 'provider-items':
        providerItems = event.items;
        break;
      case 'waiting':
        if (event.text !== undefined) yield { type: 'step.log', step, text: event.text };
        break;
      case 'finish':
        finish = event.reason;
        cached = event.cached === true;
    }
  }
  return { text: parts.join(''), toolCalls, finish, cached, ...(providerItems === undefined ? {} : { providerItems }) };
}
