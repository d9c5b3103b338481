import { readFileSync } from 'node:fs';
import type { LoadOptions } from '../../chain/options.ts';
import type { Chain } from '../../core/chain.ts';
import { ChainError, UsageError } from '../../core/errors.ts';
import type { Texts } from '../../engineer/texts.ts';
import { nearest } from '../../lib/nearest.ts';
import { type PromptPlace, promptPlaces, withText } from '../engineer/prompt-places.ts';
import { loadAsked } from '../run/load.ts';

/** The texts of a chain that are optimised: where they stand, and the files they are in as they were read. */
export interface ChainTexts {
  readonly places: readonly PromptPlace[];
  readonly originals: ReadonlyMap<string, string>;
}

/** Those of the asked steps, else of all that the chain does not keep from it. */
export function chainTexts(chain: Chain, steps: readonly string[] | undefined): ChainTexts {
  if (chain.file === '<stdin>') throw new UsageError('a chain read from stdin cannot be optimised: name its file');
  const all = promptPlaces(chain);
  const names = [...new Set(all.map(({ step }) => step))];
  for (const id of steps ?? []) {
    if (names.includes(id)) continue;
    const near = nearest(id, names);
    const help = `${near === undefined ? '' : `did you mean "${near}"? `}its steps with texts are: ${names.join(', ') || 'none'}`;
    throw new UsageError(`--steps: the chain has no text to optimise in a step "${id}"`, { code: 'PC2060', help });
  }
  const wanted = (step: string) => steps?.includes(step) ?? chain.engineer?.steps[step]?.optimize !== false;
  const places = all.filter(({ step }) => wanted(step));
  if (places.length === 0) {
    const help = 'texts of prompt steps are: "prompt" and "system", in the chain or in a file; a step inside others needs an id';
    throw new UsageError('the chain has no text to optimise', { code: 'PC2060', help });
  }
  return { places, originals: new Map(places.map(({ file }) => [file, readFileSync(file, 'utf8')])) };
}

export function textsOf({ places }: ChainTexts): Texts {
  return Object.fromEntries(places.map(({ id, text }) => [id, text]));
}

/** What the files hold with these texts: what is measured is what would be written. */
export function contentsWith({ places, originals }: ChainTexts, texts: Texts): ReadonlyMap<string, string> {
  const contents = new Map(originals);
  for (const place of places)
    contents.set(place.file, withText(contents.get(place.file) ?? '', place, texts[place.id] ?? place.text));
  return contents;
}

/** Loads the chain with other texts, as if its files held them already; a text that makes it invalid gives the reason. */
export function chainWith(
  chain: Chain,
  options: LoadOptions,
  own: ChainTexts,
): (texts: Texts) => { readonly chain: Chain } | { readonly problem: string } {
  return (texts) => {
    const contents = contentsWith(own, texts);
    const text = contents.get(chain.file);
    const prompts = new Map([...contents].map(([file, content]) => [file, content.replace(/^\ufeff/, '')]));
    try {
      return { chain: loadAsked(chain.file, { ...options, prompts, ...(text === undefined ? {} : { text }) }) };
    } catch (error) {
      if (!(error instanceof ChainError)) throw error;
      return { problem: `with this prompt the chain is not valid: ${error.message}` };
    }
  };
}
