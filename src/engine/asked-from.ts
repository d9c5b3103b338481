import type { CachePolicy, Model } from '../core/model.ts';
import type { Step } from '../core/step.ts';

/** A model whose requests tell which journal entry makes them and whether an earlier answer will do, whatever kind of step that is. */
export function askedFrom(path: string, model: Model, cache: CachePolicy | undefined): Model {
  const asked = cache === undefined ? { path } : { path, cache };
  return { ...model, stream: (request, signal) => model.stream({ ...request, ...asked }, signal) };
}

/** An attempt after the first asks anew: the answer before was of no use. */
export function cacheFor({ cache }: Pick<Step, 'cache'>, attempt: number): CachePolicy | undefined {
  return cache === undefined || attempt === 1 ? cache : { ...cache, renew: true };
}
