import type { Model } from '../core/model.ts';

/** A model whose requests tell which journal entry makes them, whatever kind of step that is. */
export function askedFrom(path: string, model: Model): Model {
  return { ...model, stream: (request, signal) => model.stream({ ...request, path }, signal) };
}
