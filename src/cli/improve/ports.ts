import type { Chain } from '../../core/chain.ts';
import { UsageError } from '../../core/errors.ts';
import { textOf } from '../../core/json.ts';
import type { Limits, Spent } from '../../core/limits.ts';
import { NOTHING_SPENT } from '../../core/limits.ts';
import type { OpenModel } from '../../core/model.ts';
import type { RunOptions, RunResult } from '../../core/run.ts';
import type { ImprovePorts } from '../../engineer/improve/improve.ts';
import type { Call } from '../command.ts';
import { loadOptions } from '../load-options.ts';
import { answerOf } from '../run/answer-of.ts';
import { loadAsked } from '../run/load.ts';
import { readyModels } from '../run/models.ts';

/** What all questions of one command share: its models, and what they have used so far. */
export interface Desk {
  readonly ask: ImprovePorts['ask'];
  /** Runs a chain at the expense of the same budget. */
  run(
    chain: Chain,
    asked: Pick<RunOptions, 'inputs' | 'signal'> & Partial<Pick<RunOptions, 'input' | 'toolbox'>>,
  ): Promise<RunResult>;
  spent(): Spent;
  /** The models as they will be asked, for people. */
  readonly names: { readonly improver: string; readonly judge: string };
}

export interface DeskModels {
  readonly improver?: string;
  readonly judge?: string;
}

/** Finds both models ready to be called, before anything is paid for. Only language models can improve and judge. */
export async function openDesk(call: Call, models: DeskModels, limits: Limits): Promise<Desk> {
  const chains = { improver: asking(call, models.improver), judge: asking(call, models.judge) };
  const names = { improver: await checked(call, chains.improver, limits), judge: await checked(call, chains.judge, limits) };
  let spent: Spent = NOTHING_SPENT;
  const opened = new Map<Chain, OpenModel>();
  const openFor = async (chain: Chain): Promise<OpenModel> => {
    const known = opened.get(chain) ?? (await readyModels(call, { requireLlm: false, limits }, chain));
    opened.set(chain, known);
    return counting(known, () => {
      spent = { ...spent, calls: spent.calls + 1 };
    });
  };
  const run: Desk['run'] = async (chain, asked) =>
    answerOf(chain, { ...asked, io: call.io, openModel: await openFor(chain), limits, spent }, ({ usage, cost_usd: costUsd }) => {
      spent = { ...spent, usage, costUsd };
    });
  return {
    async ask({ role, prompt }, signal) {
      const before = spent;
      const { output, steps } = await run(chains[role], { inputs: { text: prompt }, signal });
      const costUsd = spent.costUsd === null || before.costUsd === null ? null : spent.costUsd - before.costUsd;
      const truncated = steps.some(({ finish_reason: reason }) => reason === 'length');
      return { text: textOf(output), truncated, calls: spent.calls - before.calls, costUsd };
    },
    run,
    spent: () => spent,
    names,
  };
}

/** A chain of one step that asks a model, so that it is tried again, limited and paid for like any other. */
function asking(call: Call, model: string | undefined): Chain {
  const named = model === undefined ? '' : `model: ${JSON.stringify(model)}\n`;
  const text = `${named}inputs:\n  text: {type: string, required: true}\nsteps:\n  - {prompt: "{inputs.text}", retry: 3}\n`;
  return loadAsked('<stdin>', { ...loadOptions(call), text });
}

/** The name of the model that the chain asks, which has a key, a price if there is a limit on the cost, and is a language model. */
async function checked(call: Call, chain: Chain, limits: Limits): Promise<string> {
  const openModel = await readyModels(call, { requireLlm: false, limits }, chain);
  const [asked] = chain.uses.models;
  const model = asked === undefined ? undefined : await openModel(asked);
  if (model?.llm === true) return model.spec.id;
  throw new UsageError(`"${model?.spec.id}" is not a language model, and prompts are improved by one`, {
    code: 'PC2052',
    help: 'name one with --judge-model and --improver-model, or --model for both; or set the key of a provider',
  });
}

function counting(openModel: OpenModel, count: () => void): OpenModel {
  return async (spec) => {
    const model = await openModel(spec);
    return {
      ...model,
      stream(request, signal) {
        count();
        return model.stream(request, signal);
      },
    };
  };
}
