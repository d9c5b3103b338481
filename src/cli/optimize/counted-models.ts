import type { Model, ModelRequest, OpenModel } from '../../core/model.ts';

/** What one rollout, or one question, asks of models. */
export interface Counted {
  readonly openModel: OpenModel;
  /** Calls that were really made. */
  calls(): number;
  /** The same by the name of the model. */
  models(): Readonly<Record<string, number>>;
  /** The first request of each journal path. */
  readonly asked: ReadonlyMap<string, ModelRequest>;
}

export interface Counting {
  /** Earlier answers may be given again. */
  readonly cached: boolean;
  /** They may not, but new ones are kept. */
  readonly renew: boolean;
  /** Which draw of the same run this is. */
  readonly sample: number;
}

/**
 * Models whose calls are counted and whose answers are kept: the same request of the same draw gets the same answer again,
 * also from another candidate whose texts differ only in later steps, while a request made twice in one run gets two.
 */
export function countedModels(live: OpenModel, { cached, renew, sample }: Counting): Counted {
  const asked = new Map<string, ModelRequest>();
  const times = new Map<string, number>();
  const calls = new Map<string, number>();

  // An answer is recalled in `stream` alone, where the request says which draw it is.
  const counted = ({ recall: _, ...model }: Model): Model => ({
    ...model,
    async *stream(request, signal) {
      if (request.path !== undefined && !asked.has(request.path)) asked.set(request.path, request);
      const key = JSON.stringify([model.spec.id, request.system, request.messages]);
      const before = times.get(key) ?? 0;
      const policy = { ...request.cache, ...(renew ? { renew } : {}), sample: sample + before * SAMPLES };
      const isCall = model.llm;
      let fromCache = false;
      let settled = false;
      try {
        for await (const event of model.stream(cached ? { ...request, cache: policy } : request, signal)) {
          if (event.type === 'finish') {
            fromCache = event.cached === true;
            settled = true;
            times.set(key, before + 1);
          }
          yield event;
        }
      } finally {
        if (isCall && !(settled && fromCache)) calls.set(model.spec.id, (calls.get(model.spec.id) ?? 0) + 1);
      }
    },
  });
  return {
    openModel: async (spec) => counted(await live(spec)),
    calls: () => [...calls.values()].reduce((sum, count) => sum + count, 0),
    models: () => Object.fromEntries(calls),
    asked,
  };
}

/** More draws than one row is ever run with. */
const SAMPLES = 1_000;
