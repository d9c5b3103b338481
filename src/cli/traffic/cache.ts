import type { JsonObject } from '../../core/json.ts';
import type { CachePolicy, Model, ModelEvent, ModelRequest, ModelSpec, OpenModel } from '../../core/model.ts';
import type { ModelConfig } from '../../models/config.ts';
import { endpointOf } from '../../models/endpoint.ts';
import { type AnswerStore, LARGEST_CACHE, openAnswers } from '../../store/answers.ts';
import type { Call } from '../command.ts';
import { answersDir } from '../paths.ts';
import type { Redactor } from '../redact.ts';
import { keyOf, modelRequest } from './exchange.ts';

export interface CacheOptions {
  readonly call: Pick<Call, 'io' | 'paths'>;
  readonly config: ModelConfig;
  readonly redactor: Redactor;
  warn(message: string): void;
}

/**
 * Models that answer from the cache where a request allows it. What holds a secret is neither looked up nor kept: the name of
 * a file would tell whether a guess at it is right.
 */
export function cachingModels(live: OpenModel, options: CacheOptions): OpenModel {
  const { io, paths } = options.call;
  const store = openAnswers(answersDir(paths), io.clock.now);
  let failed = false;
  let kept = 0;

  const keep = (key: string, events: readonly ModelEvent[]): void => {
    if (failed) return;
    try {
      store.write(key, JSON.parse(JSON.stringify(events)));
      if (kept % BETWEEN_PRUNINGS === 0) store.prune(LARGEST_CACHE);
      kept += 1;
    } catch (error) {
      failed = true;
      options.warn(`answers are not kept in the cache: ${(error as Error).message}`);
    }
  };

  function cachingModel(model: Model): Model {
    if (!model.llm) return model;
    const keyOfRequest = ({ cache, ...rest }: ModelRequest): string | undefined =>
      cache === undefined ? undefined : keyFor(model.spec, rest, cache, options);
    const recalled = (key: string | undefined, { cache = {} }: ModelRequest): readonly ModelEvent[] | undefined =>
      key === undefined ? undefined : lookUp(store, key, cache);
    return {
      ...model,
      recall: (request) => recalled(keyOfRequest(request), request),
      async *stream(request, signal) {
        const { cache: _, ...rest } = request;
        const key = keyOfRequest(request);
        const known = recalled(key, request);
        if (known !== undefined) {
          signal.throwIfAborted();
          yield* known;
          return;
        }
        const events: ModelEvent[] = [];
        for await (const event of model.stream(rest, signal)) {
          if (key !== undefined && event.type !== 'waiting') events.push(event);
          yield event;
        }
        if (key !== undefined && isWorthKeeping(events) && options.redactor.value(events) === events) keep(key, events);
      },
    };
  }
  return async (spec) => cachingModel(await live(spec));
}

/** Each looks at every file. */
const BETWEEN_PRUNINGS = 100;

/** Undefined for a request that holds a secret. */
function keyFor(
  spec: ModelSpec,
  request: ModelRequest,
  { sample = 0 }: CachePolicy,
  { call, config, redactor }: CacheOptions,
): string | undefined {
  const asked: JsonObject = {
    ...modelRequest(spec, request),
    at: endpointOf(spec, call.io, config).url.href,
    ...(sample === 0 ? {} : { sample }),
  };
  return redactor.value(asked) === asked ? keyOf('model', asked) : undefined;
}

function lookUp(store: AnswerStore, key: string, { maxAgeMs, renew }: CachePolicy): readonly ModelEvent[] | undefined {
  const events = renew === true ? undefined : (store.read(key, maxAgeMs) as readonly ModelEvent[] | undefined);
  return events
    ?.filter(({ type }) => type !== 'usage')
    .map((event) => (event.type === 'finish' ? { ...event, cached: true } : event));
}

/** A whole answer that says something: not one that was cut, refused, or empty. */
function isWorthKeeping(events: readonly ModelEvent[]): boolean {
  const last = events.at(-1);
  const says = events.some((event) => event.type === 'tool-call' || (event.type === 'text-delta' && event.text.trim() !== ''));
  return says && last?.type === 'finish' && (last.reason === 'stop' || last.reason === 'tool_calls');
}
