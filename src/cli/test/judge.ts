import { join } from 'node:path';
import type { Chain } from '../../core/chain.ts';
import { UsageError } from '../../core/errors.ts';
import type { Io } from '../../core/io.ts';
import { textOf } from '../../core/json.ts';
import type { Meter } from '../../core/meter.ts';
import type { OpenModel } from '../../core/model.ts';
import type { World } from '../../eval/world.ts';
import type { Call } from '../command.ts';
import { loadOptions } from '../load-options.ts';
import { answerOf } from '../run/answer-of.ts';
import { loadAsked } from '../run/load.ts';

/** The prompts a judge is asked with, and what each is filled in with. */
const PROMPTS: Readonly<Record<string, readonly string[]>> = {
  'llm-rubric': ['output', 'rubric'],
  factuality: ['question', 'first', 'second'],
  'model-graded-closedqa': ['question', 'output', 'criterion'],
};

/** The chains that ask the judge, one a prompt: a judge is a chain of one step, so it is tried again and paid for like any other. */
export function judgeChains(call: Call, model: string): ReadonlyMap<string, Chain> {
  const { model: _, ...options } = loadOptions(call);
  return new Map(
    Object.entries(PROMPTS).map(([prompt, inputs]) => {
      const declared = inputs.map((name) => `  ${name}: {type: string, required: true}`).join('\n');
      const text = `model: ${JSON.stringify(model)}\ninputs:\n${declared}\nsteps:\n  - {prompt: {file: ${prompt}.md}, temperature: 0, retry: 3}\n`;
      return [prompt, loadAsked('<stdin>', { ...options, cwd: join(call.io.packageDir, 'prompts/engineer'), text })];
    }),
  );
}

export function judgeWith(
  chains: ReadonlyMap<string, Chain>,
  { io, openModel, meter }: { readonly io: Io; readonly openModel: OpenModel; readonly meter?: Meter },
): World['judge'] {
  return async (prompt, inputs, signal) => {
    const chain = chains.get(prompt);
    if (chain === undefined) throw new UsageError(`no judge for ${prompt}`);
    const {
      output,
      usage,
      cost_usd: costUsd,
    } = await answerOf(chain, {
      inputs,
      io,
      openModel,
      signal,
      ...(meter === undefined ? {} : { meter }),
    });
    return { text: textOf(output), usage, costUsd };
  };
}
