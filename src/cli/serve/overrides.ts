import { z } from 'zod';
import { UsageError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { ModelParams } from '../../core/model.ts';
import { matches } from '../../lib/glob.ts';
import { modelParams } from '../../lib/model-params.ts';
import { WrongOverride } from '../../serve/wrong-override.ts';

/** What the server lets a client set: parameters by name, and models by patterns. */
export interface Overrides {
  readonly names: readonly string[];
  readonly models: readonly string[];
}

/** What a client has set, known to be allowed and of the right type. */
export interface Override {
  readonly model?: string;
  readonly params: ModelParams;
}

/** The values of `--allow-override`, each a list with commas. Throws `UsageError`. */
export function overridesIn(texts: readonly string[]): Overrides {
  const names = new Set<string>();
  const models: string[] = [];
  for (const item of texts.flatMap((text) => text.split(',').map((each) => each.trim()))) {
    const [name = '', pattern] = item.split('=', 2);
    if (name === 'model' && pattern !== undefined && pattern !== '') models.push(pattern);
    else if (name === 'model' || pattern !== undefined || !Object.hasOwn(PARAMS, name)) throw notOne(item);
    names.add(name);
  }
  return { names: [...names], models };
}

/** Throws `UsageError` PC2272 for what is not allowed, and for values of another type. */
export function overrideOf({ names, models }: Overrides, given: { readonly [name: string]: Json } = {}): Override | undefined {
  const { model, ...params } = given;
  for (const name of Object.keys(given)) if (!names.includes(name)) throw refused(`"${name}"`, names);
  if (model !== undefined && (typeof model !== 'string' || !models.some((pattern) => matches(pattern, model)))) {
    throw refused('this model', names);
  }
  const parsed = z.strictObject(PARAMS).safeParse(params);
  if (!parsed.success) {
    const [
      {
        path: [parameter],
        message,
      } = NO_ISSUE,
    ] = parsed.error.issues;
    throw new WrongOverride(String(parameter), message);
  }
  if (Object.keys(given).length === 0) return undefined;
  return { ...(typeof model === 'string' ? { model } : {}), params: parsed.data as ModelParams };
}

const NO_ISSUE = { path: ['overrides'], message: 'not understood' };

/** `params` is left out: what is in it goes into the request as it is. */
const PARAMS = {
  temperature: modelParams.temperature(),
  max_tokens: modelParams.max_tokens(),
  top_p: modelParams.top_p(),
  seed: modelParams.seed(),
  stop_sequences: modelParams.stop_sequences(),
  frequency_penalty: modelParams.frequency_penalty(),
  presence_penalty: modelParams.presence_penalty(),
  reasoning_effort: modelParams.reasoning_effort(),
};

function notOne(item: string): UsageError {
  return new UsageError(`--allow-override "${item}" is nothing a client could set`, {
    code: 'PC2004',
    help: `write model=<pattern>, such as model=openai/*, or one of ${Object.keys(PARAMS).join(', ')}`,
  });
}

function refused(what: string, names: readonly string[]): UsageError {
  const help = names.length === 0 ? 'nothing may be set here' : `what may be set here: ${names.join(', ')}`;
  return new UsageError(`the server does not let clients set ${what}`, { code: 'PC2272', help });
}
