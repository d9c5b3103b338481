import { ModelError } from '../core/errors.ts';
import { isJsonObject, type JsonObject } from '../core/json.ts';
import { jsonIn } from '../lib/json-text.ts';
import type { World } from './world.ts';

/** The JSON object a judge answers with. Throws `ModelError` for an answer that holds none: that is no verdict on the output. */
export async function judged(world: World, prompt: string, inputs: JsonObject, signal: AbortSignal): Promise<JsonObject> {
  const { text } = await world.judge(prompt, inputs, signal);
  const found = jsonIn(text, 'map');
  if ('value' in found && isJsonObject(found.value)) return found.value;
  throw new ModelError(`the judge did not answer ${prompt} with a JSON object: ${JSON.stringify(text.slice(0, 200))}`, {
    code: 'PC1513',
    reason: 'invalid_output',
    provider: 'judge',
    help: 'a larger judge model keeps to the form: --judge-model provider/model',
  });
}

export function reasonIn({ reason }: JsonObject): string {
  return typeof reason === 'string' && reason !== '' ? reason : 'the judge gave no reason';
}

/** The question a case asks: its input, or its vars when it has none. */
export function questionOf({ input, vars }: { readonly input?: string; readonly vars: JsonObject }): string {
  return input ?? JSON.stringify(vars);
}
