import { resolve } from 'node:path';
import type { Chain, InputSpec } from '../../core/chain.ts';
import { UsageError } from '../../core/errors.ts';
import { displayPath } from '../../terminal/frame.ts';
import type { Call } from '../command.ts';
import { promptChain } from '../engineer/prompt-chain.ts';
import { promptPlaces } from '../engineer/prompt-places.ts';
import { targetsOf } from '../improve/targets.ts';
import { loadOptions } from '../load-options.ts';
import { loadAsked } from '../run/load.ts';
import type { SynthFlags } from './flags.ts';

/** What cases are invented for. */
export interface Subject {
  /** As a person writes it. */
  readonly name: string;
  /** What the cases are run with; a prompt or a task is a chain of one step. */
  readonly chain: Chain;
  /** The step whose own output is judged instead of the chain's. */
  readonly step?: string;
  /** Its prompts, for the model that invents. */
  readonly about: string;
  readonly readsInput: boolean;
  readonly inputs: { readonly [name: string]: InputSpec };
}

/** Throws `UsageError` when there is nothing that a case could give. */
export async function subjectOf(call: Call, { target }: SynthFlags): Promise<Subject> {
  if ('task' in target) return alone(call, 'the task', `${target.task}\n\n{input}`);
  const [, file, step] = /^(.*\.ya?ml)(?:#(.*))?$/is.exec(target.word) ?? [];
  if (file === undefined) {
    const [prompt] = await targetsOf(call, target.word);
    return alone(call, prompt?.name ?? target.word, prompt?.text ?? '');
  }
  const places = (await targetsOf(call, target.word)).flatMap(({ place }) => (place === undefined ? [] : [place]));
  const chain = loadAsked(resolve(call.io.cwd, file), loadOptions(call));
  const own = step === undefined ? {} : { step: places[0]?.step ?? step };
  return subject(`${displayPath(chain.file, call.io.cwd)}${step === undefined ? '' : `#${step}`}`, chain, own);
}

function alone(call: Call, name: string, text: string): Subject {
  return subject(name, promptChain(call, name, text));
}

function subject(name: string, chain: Chain, own: { readonly step?: string } = {}): Subject {
  if (!chain.uses.input && Object.keys(chain.inputs).length === 0) {
    const help = 'let a prompt read {input}, or declare inputs';
    throw new UsageError(`${name} reads no input, so all cases would be the same`, { code: 'PC2070', help });
  }
  const texts = chain.file === '<stdin>' ? [] : promptPlaces(chain);
  const told = texts.map(({ id, text }) => `${id}${id.split('.')[0] === own.step ? ' (this one is judged)' : ''}:\n${text}`);
  const whole = chain.file === '<stdin>' ? chain.sources.get('<stdin>') : undefined;
  const about = [
    ...(chain.description === undefined ? [] : [chain.description]),
    ...(whole === undefined ? told : [promptIn(whole)]),
  ];
  return { name, chain, ...own, about: about.join('\n\n'), readsInput: chain.uses.input, inputs: chain.inputs };
}

function promptIn(source: string): string {
  return (JSON.parse(source) as { readonly steps: readonly { readonly prompt: string }[] }).steps[0]?.prompt ?? '';
}
