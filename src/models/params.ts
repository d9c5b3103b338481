import { ModelError } from '../core/errors.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { ModelParams, ModelSpec } from '../core/model.ts';
import type { ParamNames } from './provider.ts';

/** The parameters under the names of the wire; a dotted name is a path. A null name is a parameter that cannot be sent: PC5003. */
export function wireParams(spec: ModelSpec, params: ModelParams, names: ParamNames): JsonObject {
  const body: Record<string, Json> = {};
  for (const [name, wireName] of Object.entries(names)) {
    const value = params[name as keyof ParamNames] as Json | undefined;
    if (value === undefined) continue;
    if (wireName === null) throw unsupported(spec, name);
    const [head = '', tail] = wireName.split('.');
    body[head] = tail === undefined ? value : { ...(body[head] as JsonObject | undefined), [tail]: value };
  }
  return body;
}

export function unsupported(spec: ModelSpec, what: string, help?: string): ModelError {
  return new ModelError(`${spec.id} has no parameter "${what}"`, {
    code: 'PC5003',
    reason: 'chain',
    provider: spec.provider,
    help: help ?? `take ${what} away, or name another model; what the provider calls otherwise goes under "extra"`,
  });
}

/** OpenAI's models that think before they answer: other limits, and a first word that may take minutes. */
export function thinks(name: string): boolean {
  return (
    /^(o\d|gpt-([6-9]|5(?!.*chat))|codex|computer-use)/.test(name) || /(^|[/:-])(r1|reasoner|thinking|magistral|qwq)/i.test(name)
  );
}

/** OpenAI's models that exist on the Responses API only. */
export function needsResponses(name: string): boolean {
  return /^(o\d+-pro|gpt-\d[\d.]*-pro|computer-use)|codex|deep-research/.test(name);
}
