import { resolve } from 'node:path';
import { partText } from '../../chain/front-matter.ts';
import type { Chain } from '../../core/chain.ts';
import { UsageError } from '../../core/errors.ts';
import type { Step } from '../../core/step.ts';
import type { LintContext } from '../../engineer/lint/lint.ts';
import { nearest } from '../../lib/nearest.ts';
import { partsOf } from '../../lib/step-parts.ts';
import { displayPath } from '../../terminal/frame.ts';
import type { Call } from '../command.ts';
import { type PromptPlace, promptPlaces } from '../engineer/prompt-places.ts';
import { loadOptions } from '../load-options.ts';
import { loadAsked } from '../run/load.ts';
import { readStdin, readTextFile } from '../run/read-text.ts';

/** A prompt that was named on the command line. */
export interface Target {
  /** As a person writes it: `chain.yaml#draft`, `prompt.md`, `-`. */
  readonly name: string;
  readonly text: string;
  /** Where it stands; undefined for what came from stdin or the command line. */
  readonly place?: PromptPlace;
  /** The chain it belongs to. */
  readonly chain?: Chain;
  readonly context: LintContext;
}

export const LARGEST_PROMPT = 1024 * 1024;

/** The prompts that a word names: a file, `-`, a chain's step or all of its steps. Throws `UsageError`, and `ChainError` for a chain that is none. */
export async function targetsOf(call: Call, word: string): Promise<readonly Target[]> {
  if (word === '-') return [{ name: '-', text: (await readStdin(call.io, LARGEST_PROMPT)).trimEnd(), context: {} }];
  const [, file, step] = /^(.*\.ya?ml)(?:#(.*))?$/is.exec(word) ?? [];
  return file === undefined ? [promptFile(call, word)] : chainTargets(call, file, step);
}

function promptFile({ io: { cwd } }: Call, word: string): Target {
  const file = resolve(cwd, word);
  const text = partText(file, readTextFile(file, LARGEST_PROMPT, 'engineer'))
    .body.replace(/[\r\n]+$/, '')
    .replaceAll('\r\n', '\n');
  const name = displayPath(file, cwd);
  return { name, text, place: { id: name, step: '', file, text }, context: {} };
}

function chainTargets(call: Call, word: string, step: string | undefined): readonly Target[] {
  const file = resolve(call.io.cwd, word);
  const chain = loadAsked(file, loadOptions(call));
  const all = promptPlaces(chain);
  const places = step === undefined ? all : all.filter((place) => place.step === step || place.id === step);
  if (places.length === 0) throw noPrompt(word, step, all);
  const unused = unusedIn(chain);
  return places.map((place, index) => ({
    name: `${displayPath(file, call.io.cwd)}#${place.id.replace(/\.prompt$/, '')}`,
    text: place.text.replaceAll('\r\n', '\n'),
    place,
    chain,
    context: { parsesJson: isReadAsJson(chain, place), unused: place === all[0] && index === 0 ? unused : [] },
  }));
}

function noPrompt(word: string, step: string | undefined, all: readonly PromptPlace[]): UsageError {
  const names = [...new Set(all.map((place) => place.step))];
  if (names.length === 0) return new UsageError(`no step of ${word} has a prompt that could be improved`, { code: 'PC2026' });
  const close = nearest(step ?? '', names);
  return new UsageError(`${word} has no step "${step}" with a prompt`, {
    code: 'PC2026',
    help: close === undefined ? `there are: ${names.join(', ')}` : `did you mean "${word}#${close}"?`,
  });
}

/** Inputs that the chain declares and no step reads. */
function unusedIn(chain: Chain): readonly string[] {
  const reads = new Set(
    stepsIn(chain).flatMap((step) => step.reads.flatMap(({ root, path }) => (root === 'inputs' ? [String(path[0])] : []))),
  );
  if (stepsIn(chain).some((step) => step.reads.some(({ root, path }) => root === 'inputs' && path.length === 0))) return [];
  return Object.keys(chain.inputs).flatMap((name) => (reads.has(name) ? [] : [`inputs.${name}`]));
}

/** Another step reads a part of the answer, and nothing but the prompt says which parts there are. */
function isReadAsJson(chain: Chain, { step, id }: PromptPlace): boolean {
  const steps = stepsIn(chain);
  const own = steps.find((each) => each.name === step);
  if (own === undefined || own.body.answer !== undefined || id.endsWith('.system')) return false;
  return steps.some((each) => each.reads.some(({ root, path }) => root === 'steps' && path[0] === step && path[1] === 'data'));
}

function stepsIn(chain: Chain): readonly Step[] {
  const within = (steps: readonly Step[]): readonly Step[] =>
    steps.flatMap((step) => [step, ...partsOf(step).flatMap((part) => within(part.steps))]);
  return within([...chain.steps, ...chain.finally]);
}
