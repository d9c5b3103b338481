import type { Chain } from '../../core/chain.ts';
import type { Case } from '../../core/dataset.ts';
import { type ErrorRecord, Failure, LimitError } from '../../core/errors.ts';
import { type JsonObject, textOf } from '../../core/json.ts';
import type { OpenModel } from '../../core/model.ts';
import type { CaseScore } from '../../core/score.ts';
import { runChain } from '../../engine/run.ts';
import type { Answer, Ports, Rollout } from '../../engineer/ports.ts';
import { fingerprint, type Texts } from '../../engineer/texts.ts';
import type { Redactor } from '../redact.ts';
import { newRunId } from '../run/run-id.ts';
import { codeCaller } from '../test/call-code.ts';
import { judgeWith } from '../test/judge.ts';
import { ownMemory } from '../test/own-memory.ts';
import { type Bench, tryCase } from '../test/run-case.ts';
import { countedModels } from './counted-models.ts';
import type { Purse } from './purse.ts';
import { findingsOf, tracesOf } from './traces.ts';

export interface Wiring {
  readonly bench: Omit<Bench, 'chain' | 'world'>;
  readonly chainWith: (texts: Texts) => { readonly chain: Chain } | { readonly problem: string };
  readonly cases: ReadonlyMap<string, Case>;
  readonly judges: ReadonlyMap<string, Chain>;
  /** A chain of one step that asks the model that writes prompts its input `question`. */
  readonly improver: Chain;
  readonly openModel: OpenModel;
  /** Of those who judge and write prompts: what stands in for the chain's models does not stand in for them. */
  readonly openHelper: OpenModel;
  readonly cache: 'on' | 'off' | 'refresh';
  readonly scoreOf: (score: CaseScore) => number;
  readonly redactor: Redactor;
  /** Of the search; the sealed rows are paid for beside it. */
  readonly purse: Purse;
  readonly sealed: ReadonlySet<string>;
}

/** The ports of an optimisation over the real engine and real models. */
export function enginePorts(wiring: Wiring): Ports {
  const loaded = new Map<string, ReturnType<Wiring['chainWith']>>();
  const chainFor = (texts: Texts) => {
    const hash = fingerprint(texts);
    const known = loaded.get(hash) ?? wiring.chainWith(texts);
    loaded.set(hash, known);
    return known;
  };
  return {
    async rollout({ texts, row, repeat }, signal) {
      const asked = wiring.cases.get(row.id);
      if (asked === undefined) throw new TypeError(`no row is called ${row.id}`);
      const found = chainFor(texts);
      if ('problem' in found) return invalid(found.problem);
      return wiring.redactor.value(await rolloutOf(wiring, { chain: found.chain, asked, repeat, texts }, signal));
    },
    ask: async ({ prompt, sample }, signal) => wiring.redactor.value(await answerOf(wiring, prompt, sample, signal)),
  };
}

function invalid(problem: string): Rollout {
  return { score: 0, pass: false, output: '', steps: [], findings: [{ text: problem }], calls: 0, costUsd: 0 };
}

interface Trial {
  readonly chain: Chain;
  readonly asked: Case;
  readonly repeat: number;
  readonly texts: Texts;
}

async function rolloutOf(wiring: Wiring, { chain, asked, repeat, texts }: Trial, signal: AbortSignal): Promise<Rollout> {
  const { bench, judges, purse, scoreOf } = wiring;
  const guarded = (live: OpenModel): OpenModel => (wiring.sealed.has(asked.id) ? live : purse.guarded(live));
  const models = countedModels(guarded(wiring.openModel), { ...counting(wiring), sample: repeat });
  const judging = countedModels(guarded(wiring.openHelper), { ...counting(wiring), sample: repeat });
  const { io } = bench;
  const world = { call: codeCaller(io), judge: judgeWith(judges, { io, openModel: judging.openModel }) };
  const { run, result } = await tryCase(asked, repeat + 1, { ...bench, chain, world, openModel: models.openModel }, signal);
  const { score, error } = run;
  // Nothing was judged, so nothing is known about the texts: whoever optimises has to stop here.
  if (score === undefined) throw failureOf(error ?? { code: 'PC0001', reason: 'internal', message: 'the run gave no score' });
  const costUsd = run.costUsd === null || score.costUsd === null ? null : run.costUsd + score.costUsd;
  return {
    score: scoreOf(score),
    pass: score.pass,
    output: run.answer === undefined ? `[failed: ${error?.message}]` : textOf(run.answer.output),
    steps: tracesOf(result, models.asked, texts),
    findings: findingsOf(score),
    ...(Object.keys(score.metrics).length === 0 ? {} : { metrics: score.metrics }),
    calls: models.calls() + judging.calls(),
    ...together(models.models(), judging.models()),
    costUsd,
  };
}

/** Calls by model; a rollout that called nobody says nothing. */
function together(...all: readonly Readonly<Record<string, number>>[]): { readonly models?: Readonly<Record<string, number>> } {
  const sums: Record<string, number> = {};
  for (const each of all) for (const [name, count] of Object.entries(each)) sums[name] = (sums[name] ?? 0) + count;
  return Object.keys(sums).length === 0 ? {} : { models: sums };
}

function counting({ cache }: Wiring): { readonly cached: boolean; readonly renew: boolean } {
  return { cached: cache !== 'off', renew: cache === 'refresh' };
}

async function answerOf(wiring: Wiring, question: string, sample: number, signal: AbortSignal): Promise<Answer> {
  const { io } = wiring.bench;
  const models = countedModels(wiring.purse.guarded(wiring.openHelper), { ...counting(wiring), sample });
  const inputs: JsonObject = { question };
  const events = runChain(wiring.improver, {
    runId: newRunId(io.clock.now(), io.random),
    input: '',
    inputs,
    io,
    openModel: models.openModel,
    memory: ownMemory(),
    live: false,
    signal,
  });
  let next = await events.next();
  while (!next.done) next = await events.next();
  const { status, output, error, cost_usd: costUsd, steps } = next.value;
  const told = { calls: models.calls(), ...together(models.models()), costUsd };
  if (status === 'success') return { text: textOf(output), truncated: false, ...told };
  signal.throwIfAborted();
  if (error !== null && UNUSABLE.has(error.reason)) return { text: steps.at(-1)?.output ?? '', truncated: true, ...told };
  throw failureOf(error ?? { code: 'PC0001', reason: 'internal', message: `the question ended as ${status}` });
}

/** An answer there was, though none to work with. */
const UNUSABLE: ReadonlySet<string> = new Set(['incomplete', 'empty_output', 'refusal']);

function failureOf({ message, code, reason, help }: ErrorRecord): Failure {
  const hint = help === undefined ? {} : { help };
  return reason === 'budget' ? new LimitError(message, { code, ...hint }) : new Failure(message, { code, reason, ...hint });
}
