import type { Chain } from '../../core/chain.ts';
import { UsageError } from '../../core/errors.ts';
import { textOf } from '../../core/json.ts';
import type { Limits, Spent } from '../../core/limits.ts';
import { NOTHING_SPENT } from '../../core/limits.ts';
import { addUsage } from '../../core/model.ts';
import type { RunOptions, RunResult } from '../../core/run.ts';
import { createMeter } from '../../engine/meter.ts';
import type { ImprovePorts } from '../../engineer/improve/improve.ts';
import type { Call } from '../command.ts';
import { loadOptions } from '../load-options.ts';
import { modelConfig } from '../model-config.ts';
import { type Counted, countedModels } from '../optimize/counted-models.ts';
import { createRedactor, type Redactor, secretsOf } from '../redact.ts';
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
  spent(): Promise<DeskSpent>;
  /** The models as they will be asked, for people. */
  readonly names: { readonly improver: string; readonly judge: string };
}

/** `recalled` are the answers that the cache gave. */
export type DeskSpent = Spent & { readonly recalled: number };

interface DeskModels {
  readonly improver?: string;
  readonly judge?: string;
}

export interface DeskOptions {
  readonly models: DeskModels;
  readonly limits: Limits;
  /** Whether answers come from the cache and go into it. */
  readonly cache: 'on' | 'off' | 'refresh';
}

/** Finds both models ready to be called, before anything is paid for. Only language models can improve and judge. */
export async function openDesk(call: Call, { models, limits, cache }: DeskOptions): Promise<Desk> {
  const chains = { improver: asking(call, models.improver), judge: asking(call, models.judge) };
  const names = { improver: await checked(call, chains.improver, limits), judge: await checked(call, chains.judge, limits) };
  const redactor = createRedactor(secretsOf(call.io.env, []));
  const meter = createMeter(
    limits,
    NOTHING_SPENT,
    (limit) => `raise it with ${limit === 'cost' ? '--budget-usd' : '--max-calls'}`,
  );
  let used: Omit<Spent, 'calls'> = NOTHING_SPENT;
  let recalled = 0;
  const opened = new Map<Chain, Promise<Counted>>();
  const openFor = (chain: Chain): Promise<Counted> => {
    const models = opened.get(chain) ?? countedFor(call, chain, { limits, cache, redactor });
    opened.set(chain, models);
    return models;
  };
  const run: Desk['run'] = async (chain, asked) => {
    const { openModel } = await openFor(chain);
    return answerOf(chain, { ...asked, io: call.io, openModel, meter, redact: redactor.value }, (result) => {
      recalled += result.steps.filter(({ cached }) => cached === true).length;
      const costUsd = used.costUsd === null || result.cost_usd === null ? null : used.costUsd + result.cost_usd;
      used = { usage: addUsage(used.usage, result.usage), costUsd };
    });
  };
  return {
    async ask({ role, prompt }, signal) {
      const { output, steps, cost_usd: costUsd } = await run(chains[role], { inputs: { text: prompt }, signal });
      const truncated = steps.some(({ finish_reason: reason }) => reason === 'length');
      const calls = steps.reduce((sum, { attempts, cached }) => sum + attempts - Number(cached === true), 0);
      return { text: textOf(output), truncated, calls, costUsd };
    },
    run,
    async spent() {
      const models = await Promise.all(opened.values());
      return { ...used, calls: models.reduce((sum, { calls }) => sum + calls(), 0), recalled };
    },
    names,
  };
}

/** The models of a chain. A question that is asked again gets another answer, and in the next command the same ones in turn. */
async function countedFor(
  call: Call,
  chain: Chain,
  { limits, cache, redactor }: Pick<DeskOptions, 'limits' | 'cache'> & { readonly redactor: Redactor },
): Promise<Counted> {
  const live = await readyModels(call, { requireLlm: false, limits }, chain);
  const counting = { cached: cache !== 'off', renew: cache === 'refresh', sample: 0 };
  if (cache === 'off') return countedModels(live, counting);
  const { cachingModels } = await import('../traffic/cache.ts');
  return countedModels(cachingModels(live, { call, config: modelConfig(call), redactor, warn: () => undefined }), counting);
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
