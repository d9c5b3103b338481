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
import type { Component, Texts } from '../../engineer/texts.ts';
import { assertionsIn, codeIn, needsJudge } from '../../eval/needs.ts';
import { bodiesIn, chainsIn } from '../../lib/chains.ts';
import { estimateTokens } from '../../lib/token-estimate.ts';
import type { Call } from '../command.ts';
import { modelNames } from '../engineer/model-names.ts';
import { loadOptions } from '../load-options.ts';
import { loadAsked } from '../run/load.ts';
import { readyModels } from '../run/models.ts';
import { type Prepared, prepare } from '../test/prepare.ts';
import type { OptimizeFlags } from './flags.ts';
import { metricNames, withMetric } from './metric.ts';
import { splitRows } from './split-rows.ts';
import { templateOf } from './template.ts';
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

/** `from` are texts to begin with instead of those in the files. */
export async function setUp(call: Call, flags: OptimizeFlags, from: Texts = {}): Promise<Setup> {
  const dataOf = (chain: Chain) => flags.data ?? chain.engineer?.data;
  const prepared = await withMetric(call, await prepare(call, flags, dataOf), flags);
  const { chain, dataset } = prepared;
  const texts = chainTexts(chain, flags.steps);
  refuseWithout(flags, texts, metricNames(dataset.cases));
  const rows = splitRows(dataset.cases, flags.division);
  const task = taskOf(call, flags, { chain, texts, rows, from });
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
      rollouts: limits.rollouts ?? flags.samples * EFFORT[flags.budget.auto ?? 'light'](rows.val.length),
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
      ...flags.accept,
      samples: flags.samples,
      demos: flags.demos,
      ...(flags.components === undefined ? {} : { components: flags.components }),
      ...(flags.select === undefined ? {} : { select: flags.select }),
      ...(flags.frontier === undefined ? {} : { frontier: flags.frontier }),
      mustNotRegress: flags.mustNotRegress,
      ...(flags.merges === undefined ? {} : { merges: flags.merges }),
      ...(flags.targetScore === undefined ? {} : { target: flags.targetScore }),
      ...(maxLength === undefined
        ? {}
        : { maxCharacters: 'times' in maxLength ? Math.ceil(maxLength.times * longest) : maxLength.characters }),
    },
    plan: planOf({ train: rows.train.length, val: rows.val.length, test: rows.test.length }, flags.minibatch, flags.samples),
    scoreOf: scoring(flags, chain),
    hash: hashOf([
      ...chain.sources.values(),
      ...dataset.sources.values(),
      ...texts.originals.values(),
      ...besides(task, dataset.cases),
      ...(Object.keys(from).length === 0 ? [] : [JSON.stringify(from)]),
    ]),
  };
}

/** Rollouts by the number of validation rows. */
const EFFORT: Readonly<Record<'light' | 'medium' | 'heavy', (val: number) => number>> = {
  light: (val) => Math.max(150, 15 * val),
  medium: (val) => Math.max(400, 30 * val),
  heavy: (val) => Math.max(1_000, 60 * val),
};

/** Options that need something the chain or the rows do not have. */
function refuseWithout({ frontier, out }: OptimizeFlags, { originals }: ChainTexts, metrics: readonly string[]): void {
  if (frontier === 'hybrid' && metrics.length === 0) {
    const help = 'give assertions a "metric", or leave it out';
    throw new UsageError('--frontier hybrid: no assertion of the rows names a metric', { code: 'PC2051', help });
  }
  if (out !== undefined && originals.size > 1)
    throw new UsageError(`--out writes one file, and the texts stand in ${originals.size}`, {
      help: 'use --write, or --steps to optimise the texts of one file',
    });
}

interface Parts {
  readonly chain: Chain;
  readonly texts: ChainTexts;
  readonly rows: Readonly<Record<SplitName, readonly Case[]>>;
  readonly from: Texts;
}

function taskOf({ io }: Call, flags: OptimizeFlags, { chain, texts, rows, from }: Parts): Task {
  const { background, template } = flags;
  const first = textsOf(texts);
  const components = texts.places.map(({ id, step }): Component => {
    const own = (chain.engineer?.steps[step]?.keep ?? []).map((pattern) => new RegExp(pattern));
    const about = bodiesIn(chain).length > 1 ? chain.description : undefined;
    return { id, step, keep: [...flags.keep, ...own], ...(about === undefined ? {} : { about: `The chain: ${about}` }) };
  });
  return {
    components,
    steps: chain.steps.map(({ name }) => name),
    texts: Object.fromEntries(Object.entries(first).map(([id, text]) => [id, from[id] ?? text])),
    train: rows.train.map(rowOf),
    val: rows.val.map(rowOf),
    test: rows.test.map(rowOf),
    ...(background === undefined ? {} : { background: readFileSync(resolve(io.cwd, background), 'utf8').trim() }),
    ...(template === undefined ? {} : { template: templateOf(resolve(io.cwd, template)) }),
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
function besides({ background = '', template }: Task, cases: readonly Case[]): readonly string[] {
  const files = codeIn(cases).flatMap((code) => code.files);
  return [
    background,
    ...(template === undefined ? [] : [template]),
    ...[...new Set(files)].sort().map((file) => readFileSync(file, 'utf8')),
  ];
}

function hashOf(texts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex');
}
