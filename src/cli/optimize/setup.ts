import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Chain } from '../../core/chain.ts';
import type { Case } from '../../core/dataset.ts';
import { UsageError } from '../../core/errors.ts';
import { NO_USAGE } from '../../core/model.ts';
import type { CaseScore } from '../../core/score.ts';
import type { SplitName } from '../../engineer/events.ts';
import type { Budget, Prices } from '../../engineer/ledger.ts';
import { ALGORITHMS, type Algorithm } from '../../engineer/optimize.ts';
import { type Plan, planOf } from '../../engineer/plan.ts';
import type { Row } from '../../engineer/row.ts';
import type { SearchOptions, Task } from '../../engineer/task.ts';
import type { Component } from '../../engineer/texts.ts';
import { assertionsIn, codeIn, needsJudge } from '../../eval/needs.ts';
import { splitsOf } from '../../eval/splits.ts';
import { bodiesIn, chainsIn } from '../../lib/chains.ts';
import { estimateTokens } from '../../lib/token-estimate.ts';
import type { Call } from '../command.ts';
import { modelNames } from '../engineer/model-names.ts';
import { loadOptions } from '../load-options.ts';
import { loadAsked } from '../run/load.ts';
import { readyModels } from '../run/models.ts';
import { type Prepared, prepare } from '../test/prepare.ts';
import type { OptimizeFlags } from './flags.ts';
import { type ChainTexts, chainTexts, textsOf } from './texts.ts';

/** All that an optimisation needs, found to be there before anything is spent. */
export interface Setup extends Prepared {
  readonly texts: ChainTexts;
  readonly task: Task;
  /** By id; of all splits. */
  readonly cases: ReadonlyMap<string, Case>;
  readonly improver: Chain;
  readonly algorithm: Algorithm;
  readonly budget: Budget & { readonly rollouts: number };
  readonly timeMs?: number;
  readonly prices: Prices;
  readonly search: Partial<SearchOptions>;
  readonly plan: Plan;
  readonly scoreOf: (score: CaseScore) => number;
  /** Of all that a record depends on: the chain, the rows, the texts' files. */
  readonly hash: string;
}

export async function setUp(call: Call, flags: OptimizeFlags): Promise<Setup> {
  const dataOf = (chain: Chain) => flags.data ?? chain.engineer?.data;
  const prepared = await prepare(call, flags, dataOf);
  const { chain, dataset } = prepared;
  const texts = chainTexts(chain, flags.steps);
  const rows = splitRows(dataset.cases);
  const task = taskOf(call, flags, chain, texts, rows);
  const improver = await improverChain(call, chain, improverModel(flags, chain, texts));
  // Stubs stand for the chain's models alone.
  if (flags.replay === undefined) await readyModels(call, { requireLlm: true }, improver);
  const limits = { ...chain.engineer?.budget, ...flags.budget };
  const prices = await pricesOf(prepared, { task, improver, usd: limits.usd });
  const longest = Math.max(...texts.places.map(({ text }) => text.length));
  const { maxLength } = flags;
  return {
    ...prepared,
    texts,
    task,
    cases: new Map(dataset.cases.map((each) => [each.id, each])),
    improver,
    algorithm: ALGORITHMS.find(({ name }) => name === flags.algorithm) as Algorithm,
    budget: {
      rollouts: limits.rollouts ?? EFFORT[flags.budget.auto ?? 'light'](rows.val.length),
      ...(limits.calls === undefined ? {} : { calls: limits.calls }),
      ...(limits.usd === undefined ? {} : { usd: limits.usd }),
    },
    ...(limits.timeMs === undefined ? {} : { timeMs: limits.timeMs }),
    prices,
    search: {
      seed: flags.seed,
      minibatch: flags.minibatch,
      chain: flags.chainLength,
      patience: flags.patience,
      margin: flags.margin,
      mustNotRegress: flags.mustNotRegress,
      ...(flags.merges === undefined ? {} : { merges: flags.merges }),
      ...(flags.targetScore === undefined ? {} : { target: flags.targetScore }),
      ...(maxLength === undefined
        ? {}
        : { maxCharacters: 'times' in maxLength ? Math.ceil(maxLength.times * longest) : maxLength.characters }),
    },
    plan: planOf({ train: rows.train.length, val: rows.val.length, test: rows.test.length }, flags.minibatch),
    scoreOf: scoring(flags, chain),
    hash: hashOf([
      ...chain.sources.values(),
      ...dataset.sources.values(),
      ...texts.originals.values(),
      ...besides(task, dataset.cases),
    ]),
  };
}

/** Rollouts by the number of validation rows. */
const EFFORT: Readonly<Record<'light' | 'medium' | 'heavy', (val: number) => number>> = {
  light: (val) => Math.max(150, 15 * val),
  medium: (val) => Math.max(400, 30 * val),
  heavy: (val) => Math.max(1_000, 60 * val),
};

function splitRows(cases: readonly Case[]): Readonly<Record<SplitName, readonly Case[]>> {
  const { assigned } = splitsOf(cases);
  const of = (split: SplitName) => cases.filter(({ id }) => assigned.get(id) === split);
  const [train, val, test] = [of('train'), of('val'), of('test')];
  // With too few rows to keep some unseen, those that are learnt from also choose, and no gain is claimed.
  return { train, val: val.length === 0 ? train : val, test };
}

function taskOf(
  { io }: Call,
  flags: OptimizeFlags,
  chain: Chain,
  texts: ChainTexts,
  rows: Readonly<Record<SplitName, readonly Case[]>>,
): Task {
  const { background } = flags;
  const components = texts.places.map(({ id, step }): Component => {
    const own = (chain.engineer?.steps[step]?.keep ?? []).map((pattern) => new RegExp(pattern));
    const about = bodiesIn(chain).length > 1 ? chain.description : undefined;
    return { id, step, keep: [...flags.keep, ...own], ...(about === undefined ? {} : { about: `The chain: ${about}` }) };
  });
  return {
    components,
    steps: chain.steps.map(({ name }) => name),
    texts: textsOf(texts),
    train: rows.train.map(rowOf),
    val: rows.val.map(rowOf),
    test: rows.test.map(rowOf),
    ...(background === undefined ? {} : { background: readFileSync(resolve(io.cwd, background), 'utf8').trim() }),
  };
}

function rowOf({ id, input, vars, expected, why, metadata }: Case): Row {
  return {
    id,
    vars,
    metadata,
    ...(input === undefined ? {} : { input }),
    ...(expected === undefined ? {} : { expected }),
    ...(why === undefined ? {} : { why }),
  };
}

function improverModel(flags: OptimizeFlags, chain: Chain, { places }: ChainTexts): string {
  const step = chain.steps.find(({ name }) => name === places[0]?.step);
  const model = flags.improverModel ?? chain.engineer?.models.improver ?? step?.body.model?.id ?? chain.uses.models[0]?.id;
  if (model !== undefined) return model;
  throw new UsageError('no model is named that writes prompts', { code: 'PC2061', help: '--improver-model provider/model' });
}

/** A chain of one step; it knows the models that the chain names. */
async function improverChain(call: Call, chain: Chain, model: string): Promise<Chain> {
  const { model: _, ...options } = loadOptions(call);
  const inputs = { question: { type: 'string', required: true } };
  const steps = [{ prompt: '{inputs.question}', retry: 3 }];
  const text = JSON.stringify({ ...(await modelNames(chain)), model, inputs, steps });
  return loadAsked('<stdin>', { ...options, cwd: join(call.io.packageDir, 'prompts'), text });
}

interface Priced {
  readonly task: Task;
  readonly improver: Chain;
  readonly usd: number | undefined;
}

/** The calls a rollout makes if none has to be tried again, and what it costs as far as lengths can be told before. */
async function pricesOf({ chain, dataset, openModel }: Prepared, { task, improver, usd }: Priced): Promise<Prices> {
  const models = chainsIn(chain).flatMap((each) =>
    bodiesIn(each).flatMap(({ body }) => (body.model === undefined ? [] : [body])),
  );
  const judged = Math.max(0, ...dataset.cases.map(judgements));
  const calls = models.reduce((sum, { tools = [] }) => sum + (tools.length > 0 ? MOST_TURNS : 1), 0);
  const callsPerRollout = Math.max(1, calls + judged);
  if (usd === undefined) return { callsPerRollout };
  const rows = [...task.train, ...task.val];
  const row = rows.reduce((sum, { input = '', vars }) => sum + input.length + JSON.stringify(vars).length, 0) / rows.length;
  const text = Object.values(task.texts).reduce((sum, each) => sum + estimateTokens(each), 0);
  const input = Math.ceil(row / 3) + text;
  const costOf = async (spec: Parameters<typeof openModel>[0], input_tokens: number): Promise<number> => {
    const cost = (await openModel(spec)).cost?.({ ...NO_USAGE, input_tokens, output_tokens: USUAL_ANSWER });
    if (typeof cost === 'number') return cost;
    const help = 'give the model a "price" in the chain, or leave the budget out';
    throw new UsageError(`--budget-usd: what ${spec.id} costs is not known`, { code: 'PC2062', help });
  };
  let usdPerRollout = 0;
  for (const { model } of models) if (model !== undefined) usdPerRollout += await costOf(model, input);
  const [writer] = improver.uses.models;
  const usdPerAnswer = writer === undefined ? 0 : await costOf(writer, LONG_QUESTION);
  return { callsPerRollout, usdPerRollout, usdPerAnswer };
}

/** Of a step with tools. */
const MOST_TURNS = 10;
/** Tokens. */
const USUAL_ANSWER = 500;
const LONG_QUESTION = 6_000;

function judgements(each: Case): number {
  return assertionsIn(each).filter((assertion) => needsJudge([{ ...each, assertions: [assertion] }])).length;
}

function scoring({ metric, objective }: OptimizeFlags, { engineer }: Chain): (score: CaseScore) => number {
  if (metric !== undefined) return ({ metrics }) => metrics[metric] ?? 0;
  if (objective === 'pass') return ({ pass }) => Number(pass);
  const weights = Object.entries(engineer?.objectives ?? {});
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  if (total === 0) return ({ score }) => score;
  return ({ metrics }) => weights.reduce((sum, [name, weight]) => sum + weight * (metrics[name] ?? 0), 0) / total;
}

/** Code that judges rows, and what the improver is told of the domain. */
function besides({ background = '' }: Task, cases: readonly Case[]): readonly string[] {
  const files = codeIn(cases).flatMap((code) => code.files);
  return [background, ...[...new Set(files)].sort().map((file) => readFileSync(file, 'utf8'))];
}

function hashOf(texts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex');
}
