import { resolve } from 'node:path';
import type { Chain } from '../../core/chain.ts';
import { Interrupted, LimitError, recordOf } from '../../core/errors.ts';
import type { CaseRun } from '../../core/evaluation.ts';
import { EXIT } from '../../core/exit-code.ts';
import type { Json } from '../../core/json.ts';
import { NOTHING_SPENT } from '../../core/limits.ts';
import type { Meter } from '../../core/meter.ts';
import type { Toolbox } from '../../core/tool.ts';
import { createMeter, RUN_FLAGS } from '../../engine/meter.ts';
import type { Call } from '../command.ts';
import { explainRecord } from '../explain.ts';
import { exitOf } from '../leave.ts';
import { createRedactor, type Redactor, secretsOf } from '../redact.ts';
import { openFileOutput } from '../run/file-output.ts';
import { listen } from '../run/listen.ts';
import { chooseMemory } from '../run/memory.ts';
import { redactedMemory } from '../run/redacted-memory.ts';
import { secretNames } from '../run/secret-names.ts';
import { openToolbox } from '../run/toolbox.ts';
import { openRunTelemetry, type RunTelemetry } from '../run/traced.ts';
import { parentIn } from '../telemetry/parent.ts';
import { isAnswered, openTraffic } from '../traffic/open.ts';
import type { Traffic } from '../traffic/traffic.ts';
import { codeCaller } from './call-code.ts';
import { drawnModels } from './drawn-models.ts';
import type { TestFlags } from './flags.ts';
import { judgeWith } from './judge.ts';
import { type Prepared, prepare } from './prepare.ts';
import { openReport } from './report.ts';
import type { Bench } from './run-case.ts';
import { runCases } from './run-cases.ts';
import { summarise } from './summary.ts';

/** Runs the cases, reports them and returns the exit code. A null `threshold` asks for nothing: there is only a score. */
export async function evaluate(call: Call, flags: TestFlags, threshold: number | null | undefined): Promise<number> {
  const prepared = await prepare(call, flags);
  const junit = flags.junit === undefined ? undefined : openFileOutput(resolve(call.io.cwd, flags.junit));
  try {
    const stop = new AbortController();
    const redactor = createRedactor(secretsOf(call.io.env, secretNames(prepared.chain)));
    const report = await openReport(call, flags, { redactor, dataset: prepared.dataset });
    const started = call.io.clock.elapsed();
    const runs: CaseRun[] = [];
    let ended: unknown;
    const release = listen(call, flags.timeoutMs, (reason) => stop.abort(reason));
    try {
      for await (const run of benchRuns(call, flags, prepared, stop, redactor)) {
        const shown = redactor.value(run);
        runs.push({ ...shown, case: run.case });
        await report.run({ ...shown, case: run.case });
      }
    } catch (error) {
      if (!(error instanceof Interrupted || error instanceof LimitError || error === stop.signal.reason)) throw error;
      ended = error;
    } finally {
      release();
    }
    const summary = summarise(prepared.dataset.cases, runs, threshold);
    const exitCode = ended === undefined ? summary.exitCode : exitOf(ended);
    const durationMs = call.io.clock.elapsed() - started;
    const error = ended === undefined ? null : (recordOf(ended) as unknown as Json);
    await report.end({ summary, threshold: threshold ?? undefined, durationMs, exitCode, error, chain: prepared.chain });
    if (ended instanceof LimitError && !flags.json)
      await call.err.write(explainRecord(recordOf(ended), { paint: call.paint, cwd: call.io.cwd }));
    if (junit !== undefined) {
      const { junitText } = await import('../../terminal/junit.ts');
      const skipped = summary.cases.flatMap(({ status, case: each }) => (status === 'not_run' ? [each] : []));
      await junit.write(junitText({ name: prepared.chain.name, durationMs, runs, skipped }));
      junit.commit();
    }
    return exitCode === EXIT.ok && summary.counts.not_run > 0 ? EXIT.failed : exitCode;
  } finally {
    junit?.discard();
  }
}

/** The runs of the cases, with all that the chain and the judges need opened before and closed after. */
export async function* benchRuns(
  call: Call,
  flags: TestFlags,
  { chain, dataset, inputs, openModel: live, judges }: Prepared,
  stop: AbortController,
  redactor: ReturnType<typeof createRedactor>,
  meter = meterFor(flags),
): AsyncGenerator<CaseRun, void> {
  let toolbox: Toolbox | undefined;
  let traffic: Traffic | undefined;
  let telemetry: RunTelemetry | undefined;
  try {
    telemetry = await openRunTelemetry(call, { format: flags.json ? 'json' : 'text' });
    traffic = await openTraffic({ call, flags, chain, again: false, redactor, abort: (reason) => stop.abort(reason) });
    const mcp = flags.mcp && !isAnswered(flags);
    toolbox = await openToolbox({ call, flags: { ...flags, mcp }, chain, redact: redactor.text, askInTurn: (ask) => ask() });
    if (toolbox !== undefined) toolbox = traffic?.toolbox(toolbox) ?? toolbox;
    const io = traffic?.io(call.io) ?? call.io;
    const openModel = traffic?.openModel(live) ?? live;
    const chosen = chooseMemory(call, {}, chain, () => undefined);
    const memory = { ...chosen, memory: redactedMemory(chosen.memory, redactor, () => undefined) };
    const helper = flags.stubs === undefined ? openModel : live;
    const drawn = await drawnModels(call, isAnswered(flags) ? 'off' : flags.cache, redactor);
    const code = codeCaller(io);
    const trace = traceOfCase(call, flags, chain, telemetry, redactor);
    const shared = { chain, inputs, io, toolbox, redact: redactor.value, memory, meter, trace };
    const benchOf = (repeat: number): Bench => {
      const judge = judgeWith(judges, { io, openModel: drawn(helper, repeat), meter });
      return { ...shared, openModel: drawn(openModel, repeat), world: { call: code, judge } };
    };
    yield* runCases(dataset.cases, benchOf, { ...flags, signal: stop.signal });
    traffic?.finish();
  } finally {
    await telemetry?.close(stop.signal);
    await toolbox?.[Symbol.asyncDispose]();
    traffic?.discard();
  }
}

/** For all that shares the limits of one command line. */
export function meterFor({ limits }: Pick<TestFlags, 'limits'>): Meter {
  return createMeter(limits, NOTHING_SPENT, (limit) => `raise it with ${RUN_FLAGS[limit]}`);
}

/** A trace for each run of a case. What is answered from a file is no request to a model. */
function traceOfCase(
  { io }: Call,
  flags: TestFlags,
  { name, sha256 }: Chain,
  { all: telemetry }: RunTelemetry,
  redactor: Redactor,
): Bench['trace'] {
  if (telemetry === undefined) return undefined;
  return (runId, { id: testCase }) => {
    const run = { runId, chain: { name, sha256 }, redact: redactor.text, parent: parentIn(io.env), testCase };
    const trace = telemetry.run(run);
    return isAnswered(flags) ? { ...trace, openModel: (live) => live } : trace;
  };
}
