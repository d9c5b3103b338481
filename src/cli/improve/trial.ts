import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Chain } from '../../core/chain.ts';
import { UsageError } from '../../core/errors.ts';
import { textOf } from '../../core/json.ts';
import type { Toolbox } from '../../core/tool.ts';
import { readDataset } from '../../eval/dataset.ts';
import { defaultsOf } from '../../lib/inputs.ts';
import { displayPath } from '../../terminal/frame.ts';
import type { Call } from '../command.ts';
import { withText } from '../engineer/prompt-places.ts';
import { loadOptions } from '../load-options.ts';
import { loadAsked } from '../run/load.ts';
import { readTextFile } from '../run/read-text.ts';
import { dataFiles } from '../test/data-files.ts';
import type { Desk } from './ports.ts';
import { LARGEST_PROMPT, type Target } from './targets.ts';

/** The texts to try prompts on: as given, or those of a file, which is a dataset or has one a line. */
export function trialInputs({ io: { cwd } }: Call, words: readonly string[], target: Target): readonly string[] {
  const [word] = words;
  if (word === undefined) {
    if (!/\{[a-z]/.test(target.text)) return [''];
    throw new UsageError('--test needs inputs: the prompt has placeholders', { help: 'add --inputs "a text" "another"' });
  }
  const file = resolve(cwd, word);
  if (words.length > 1 || !/\.(?:txt|jsonl|json|ya?ml|csv)$/i.test(word) || !existsSync(file)) return words;
  if (/\.txt$/i.test(word)) {
    const lines = readTextFile(file, LARGEST_PROMPT, '--inputs').split(/\r?\n/);
    return lines.filter((line) => line.trim() !== '');
  }
  const { cases } = readDataset(
    file,
    dataFiles(cwd, (name) => displayPath(name, cwd)),
  );
  return cases.map(({ input, vars }) => input ?? textOf(Object.values(vars)[0] ?? ''));
}

/** What the model of the prompt answers with another text in the prompt's place. */
export function trialOf(call: Call, desk: Desk, target: Target, model: string | undefined, toolbox: Toolbox | undefined) {
  const chains = new Map<string, Chain>();
  return async (text: string, input: string, signal: AbortSignal): Promise<string> => {
    const asked = target.chain === undefined ? withInput(text, input) : text;
    const chain = chains.get(asked) ?? trialChain(call, target, asked, model);
    chains.set(asked, chain);
    const inputs = inputsOf(chain, input);
    const result = await desk.run(chain, { input, inputs, signal, ...(toolbox === undefined ? {} : { toolbox }) });
    const own = result.steps.filter(({ path }) => path === target.place?.step).at(-1);
    return own === undefined || target.chain === undefined ? textOf(result.output) : own.output;
  };
}

/** The chain the prompt belongs to, with this text in it; a prompt without one is a chain of its own. */
function trialChain(call: Call, { place, chain, name }: Target, text: string, model: string | undefined): Chain {
  const options = loadOptions(call);
  const chosen = { ...options, model: { ...options.model, ...(model === undefined ? {} : { override: model }) } };
  if (chain === undefined) {
    return alone(name, () => loadAsked('<stdin>', { ...chosen, text: `steps:\n  - prompt: ${JSON.stringify(text)}\n` }));
  }
  if (place === undefined) return chain;
  if (place.path === undefined) {
    const content = readTextFile(place.file, LARGEST_PROMPT, 'engineer');
    return loadAsked(chain.file, { ...chosen, prompts: new Map([[place.file, withText(content, place, text)]]) });
  }
  return loadAsked(chain.file, { ...chosen, text: withText(chain.sources.get(chain.file) ?? '', place, text) });
}

/** A prompt that reads no input gets it after its text. */
function withInput(text: string, input: string): string {
  return input === '' || /\{input[ |}]/.test(text) ? text : `${text}\n\n{input}`;
}

function alone(name: string, load: () => Chain): Chain {
  try {
    return load();
  } catch (cause) {
    throw new UsageError(`${name} cannot be tried alone: ${cause instanceof Error ? cause.message : cause}`, {
      help: 'name it as a step of its chain: chain.yaml#step',
      cause,
    });
  }
}

/** What a chain declares and requires gets the input, where it takes a text. */
function inputsOf(chain: Chain, input: string) {
  const required = Object.entries(chain.inputs).filter(([, spec]) => spec.required && spec.default === undefined);
  const missing = required.find(([, { type }]) => type !== 'string')?.[0] ?? required[1]?.[0];
  if (missing !== undefined) {
    throw new UsageError(`the chain requires more than a text: "${missing}"`, {
      code: 'PC2024',
      help: 'use promptchain engineer optimize, which takes a dataset with a value for each input',
    });
  }
  return { ...defaultsOf(chain.inputs), ...Object.fromEntries(required.map(([name]) => [name, input])) };
}
