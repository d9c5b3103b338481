import type { Chain } from '../../core/chain.ts';
import type { Case } from '../../core/dataset.ts';
import { recordOf } from '../../core/errors.ts';
import type { CaseRun } from '../../core/evaluation.ts';
import type { Io } from '../../core/io.ts';
import type { Memory } from '../../core/memory.ts';
import type { Meter } from '../../core/meter.ts';
import type { OpenModel } from '../../core/model.ts';
import type { RunOptions, RunResult } from '../../core/run.ts';
import type { Toolbox } from '../../core/tool.ts';
import { runChain } from '../../engine/run.ts';
import { score } from '../../eval/score.ts';
import type { World } from '../../eval/world.ts';
import type { RunTrace } from '../../telemetry/run-trace.ts';
import { newRunId } from '../run/run-id.ts';
import type { CaseInputs } from './case-inputs.ts';
import { ownMemory } from './own-memory.ts';
import { answerOf, failedScore, isOwnFailure } from './verdict-of-run.ts';

/** What all cases share. */
export interface Bench {
  readonly chain: Chain;
  readonly inputs: ReadonlyMap<Case, CaseInputs>;
  readonly io: Io;
  readonly openModel: OpenModel;
  readonly toolbox: Toolbox | undefined;
  readonly redact: NonNullable<RunOptions['redact']>;
  readonly world: World;
  /** Of the user, for cases that ask for it. */
  readonly memory: { readonly memory: Memory; readonly namespace?: string };
  /** Over all cases and those who judge them. */
  readonly meter?: Meter;
  /** Begins the trace of a run, where the environment asks for traces. */
  readonly trace?: ((runId: string, asked: Case) => RunTrace | undefined) | undefined;
}

/** Runs the chain on a case and judges what it gave. Throws only what ends everything: a signal, the time limit, a bug. */
export async function runCase(asked: Case, repeat: number, bench: Bench, signal: AbortSignal): Promise<CaseRun> {
  return (await tryCase(asked, repeat, bench, signal)).run;
}

/** The same, and the whole run of the chain. */
export async function tryCase(
  asked: Case,
  repeat: number,
  bench: Bench,
  signal: AbortSignal,
): Promise<{ readonly run: CaseRun; readonly result: RunResult }> {
  const runId = newRunId(bench.io.clock.now(), bench.io.random);
  const result = await resultOf(asked, runId, bench, signal);
  signal.throwIfAborted();
  const { usage, cost_usd: costUsd, duration_ms: durationMs, error } = result;
  const run = { case: asked, repeat, runId, usage, costUsd, durationMs };
  const answer = answerOf(result);
  if (answer === undefined) {
    const record = error ?? { code: 'PC0001', reason: 'internal', message: `the run ended as ${result.status}` };
    return { run: { ...run, error: record, ...(isOwnFailure(record) ? { score: failedScore(record) } : {}) }, result };
  }
  try {
    return { run: { ...run, answer, score: await score(asked, answer, bench.world, signal) }, result };
  } catch (thrown) {
    signal.throwIfAborted();
    return { run: { ...run, answer, error: recordOf(thrown) }, result };
  }
}

async function resultOf(asked: Case, runId: string, bench: Bench, signal: AbortSignal): Promise<RunResult> {
  const { chain, inputs, io, openModel, toolbox, redact, memory } = bench;
  const trace = bench.trace?.(runId, asked);
  const events = runChain(chain, {
    runId,
    ...(inputs.get(asked) ?? { input: '', inputs: {} }),
    io,
    openModel: trace?.openModel(openModel) ?? openModel,
    ...(asked.memory === true ? memory : { memory: ownMemory() }),
    ...(toolbox === undefined ? {} : { toolbox }),
    ...(bench.meter === undefined ? {} : { meter: bench.meter }),
    redact,
    live: false,
    signal,
  });
  try {
    for (;;) {
      const next = await events.next();
      if (next.done) return next.value;
      trace?.read(next.value);
    }
  } finally {
    trace?.end();
  }
}
