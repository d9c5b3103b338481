import { resolve } from 'node:path';
import type { Chain } from '../../core/chain.ts';
import { StepError } from '../../core/errors.ts';
import type { Warning } from '../../core/event.ts';
import type { Json } from '../../core/json.ts';
import type { Spent } from '../../core/limits.ts';
import type { OpenModel } from '../../core/model.ts';
import type { ConversationSoFar, RunOptions, RunResult } from '../../core/run.ts';
import type { Toolbox } from '../../core/tool.ts';
import { openJournal } from '../../store/journal.ts';
import { pruneRuns, RETENTION } from '../../store/prune.ts';
import type { Progress } from '../../store/recorded.ts';
import { beside, together } from '../../terminal/renderer.ts';
import type { Call } from '../command.ts';
import { stackOf } from '../explain.ts';
import { stdoutFailure } from '../leave.ts';
import { modelConfig } from '../model-config.ts';
import { runsDir } from '../paths.ts';
import { createEventFilter, createRedactor, type Redactor, secretsOf } from '../redact.ts';
import { isAnswered, openTraffic } from '../traffic/open.ts';
import type { Traffic } from '../traffic/traffic.ts';
import { createAskInTurn } from './ask-in-turn.ts';
import { isNamed } from './check.ts';
import { type FileOutput, openFileOutput } from './file-output.ts';
import type { RunFlags } from './flags.ts';
import { gateKeeper } from './gate.ts';
import { contentHash, keptGiven } from './given.ts';
import { listen } from './listen.ts';
import { chooseMemory } from './memory.ts';
import { isSilent, openProgress } from './progress.ts';
import { pull, type Readers } from './pull.ts';
import { redactedMemory } from './redacted-memory.ts';
import { openReport, type RunReport } from './report.ts';
import { resultRenderer } from './result.ts';
import { secretNames } from './secret-names.ts';
import { openToolbox } from './toolbox.ts';
import { openRunTelemetry, type RunTelemetry } from './traced.ts';

export interface Execution {
  readonly call: Call;
  readonly flags: RunFlags;
  readonly chain: Chain;
  readonly runId: string;
  readonly input: string;
  readonly stdin?: string;
  readonly conversation?: ConversationSoFar;
  readonly inputs: { readonly [name: string]: Json };
  readonly openModel: OpenModel;
  /** Told at the beginning of the run, and part of its result. */
  readonly warnings: readonly Warning[];
  /** What an earlier part of the same run has done, or another run of the chain. */
  readonly progress?: Progress;
  /** The run goes on: it has a journal already. */
  readonly continues?: boolean;
  /** What its earlier parts have used. */
  readonly spent?: Spent;
  /** Of the trace of the run it goes on from or, once it is traced itself, its own; in the form of the W3C header. */
  readonly traceparent?: string;
}

/**
 * Runs a chain as a process does: every event goes to the journal, then to the terminal, then the next one is asked for.
 * Signals, the time limit and a reader of stdout that goes away abort it. Returns the exit code.
 */
export async function execute(execution: Execution): Promise<number> {
  const { call, flags } = execution;
  const stop = new AbortController();
  const release = listen(call, flags.timeoutMs ?? execution.chain.limits.timeMs, (reason) => stop.abort(reason));
  let file: FileOutput | undefined;
  let report: RunReport | undefined;
  let toolbox: Toolbox | undefined;
  let traffic: Traffic | undefined;
  let telemetry: RunTelemetry | undefined;
  try {
    file = flags.output === undefined ? undefined : openFileOutput(resolve(call.io.cwd, flags.output));
    const whole = file !== undefined || flags.outputStep !== undefined || flags.allSteps || flags.outputSchema !== undefined;
    const live = flags.format === 'text' && flags.stream && !whole;
    const out = file ?? call.out;
    const progress = await openProgress({ call, flags, live });
    const askInTurn = createAskInTurn(progress.pause);
    const shown = beside(resultRenderer({ out, flags, live }), progress);
    report = openReport(call, flags);
    const told = report === undefined ? shown : together(shown, report);
    const redactor = createRedactor(secretsOf(call.io.env, secretNames(execution.chain)));
    const { chain } = execution;
    traffic = await openTraffic({
      call,
      flags,
      chain,
      again: execution.continues === true,
      redactor,
      abort: (reason) => stop.abort(reason),
    });
    const mcp = flags.mcp && !isAnswered(flags);
    toolbox = await openToolbox({ call, flags: { ...flags, mcp }, chain, redact: redactor.text, askInTurn });
    if (toolbox !== undefined) toolbox = traffic?.toolbox(toolbox) ?? toolbox;
    const warnings = [...execution.warnings];
    telemetry = await openRunTelemetry(call, flags, warning(warnings, 'PC2110'));
    const traced = telemetry.begin(execution, { renderer: told, redactor });
    const { renderer } = traced;
    const openModel = await withCache(traced.execution, redactor, warnings);
    const answer = gateKeeper({ call, flags, redact: redactor.text, askInTurn });
    const world = { renderer, answer, live, signal: stop.signal, redactor, toolbox, traffic, warnings, openModel };
    const readers = readersOf(traced.execution, world);
    const result = await pull(readers);
    // Before the last words: what a server started is gone when the run says that it is done.
    await toolbox?.[Symbol.asyncDispose]();
    traffic?.finish();
    const closed = readers.journal?.close();
    // While the disk is waited for.
    if (flags.save) pruneRuns(runsDir(call.paths), { ...RETENTION, nowMs: call.io.clock.now() });
    await closed;
    await renderer.end();
    if (result.status === 'success') checkOutputStep(flags, result);
    if (file !== undefined && (result.status === 'success' || flags.format !== 'text')) file.commit();
    const lost = call.out.error;
    if (lost !== undefined && lost.code !== 'EPIPE' && isSilent(call, flags)) throw stdoutFailure(lost);
    return result.exit_code;
  } finally {
    await telemetry?.close(stop.signal);
    await toolbox?.[Symbol.asyncDispose]();
    release();
    file?.discard();
    report?.discard();
    traffic?.discard();
  }
}

/** Where a step allows it, earlier answers; what answers from a file has no use for them. */
export async function withCache(
  { call, flags, chain, openModel }: Execution,
  redactor: Redactor,
  warnings: Warning[],
): Promise<OpenModel> {
  if (flags.cache === false || !chain.uses.cache || isAnswered(flags)) return openModel;
  const { cachingModels } = await import('../traffic/cache.ts');
  return cachingModels(openModel, { call, config: modelConfig(call), redactor, warn: warning(warnings, 'PC8205') });
}

function warning(warnings: Warning[], code: string): (message: string) => void {
  return (message) => void warnings.push({ type: 'warning', code, message });
}

/** What a run meets outside of itself. */
export interface World extends Pick<Readers, 'renderer' | 'warnings'>, Pick<Execution, 'openModel'> {
  readonly live: boolean;
  readonly signal: AbortSignal;
  readonly redactor: Redactor;
  readonly toolbox: Toolbox | undefined;
  readonly traffic: Traffic | undefined;
  readonly answer: RunOptions['answer'];
}

/** A run and its readers, put together. */
export function readersOf(
  { call, flags, chain, runId, input, inputs, stdin, conversation, progress, continues = false, spent, traceparent }: Execution,
  { renderer, live, signal, redactor, toolbox, traffic, warnings, openModel, answer }: World,
): Readers {
  const warn = (code: string) => warning(warnings, code);
  const from = flags.from ?? flags.only;
  const chosen = chooseMemory(call, flags, chain, warn('PC8010'));
  const said = { ...(stdin === undefined ? {} : { stdin }), ...(conversation === undefined ? {} : { conversation }) };
  const given = { input, inputs, ...said };
  const place = { flags, cwd: call.io.cwd, sha256: contentHash(chain), ...(traceparent === undefined ? {} : { traceparent }) };
  const kept = keptGiven({ ...place, ...given }, redactor);
  const journal = { ...(kept === undefined ? {} : { given: kept }), again: continues };
  return {
    chain,
    options: {
      runId,
      ...given,
      io: traffic?.io(call.io) ?? call.io,
      openModel: traffic?.openModel(openModel) ?? openModel,
      ...chosen,
      memory: redactedMemory(chosen.memory, redactor, warn('PC8090')),
      ...(toolbox === undefined ? {} : { toolbox }),
      redact: redactor.value,
      ...(answer === undefined ? {} : { answer }),
      ...(flags.concurrency === undefined ? {} : { concurrency: flags.concurrency }),
      live,
      signal,
      limits: flags.limits,
      ...progress,
      ...(from === undefined ? {} : { from }),
      borrowed: !continues,
      ...(spent === undefined ? {} : { spent }),
      // A run's result has no stack, so it is told when the error is still one.
      ...(call.globals.debug ? { onFailure: (error: unknown) => void call.err.write(`${redactor.text(stackOf(error))}\n`) } : {}),
    },
    journal: flags.save ? openJournal(runsDir(call.paths), runId, journal) : undefined,
    resume: flags.save && kept !== undefined ? `promptchain runs resume ${runId}` : null,
    renderer,
    filter: createEventFilter(redactor),
    warnings,
    lastWarnings: traffic?.warnings,
  };
}

function checkOutputStep({ outputStep }: RunFlags, { steps }: RunResult): void {
  if (outputStep === undefined || steps.some((step) => isNamed(outputStep)(step) && step.status === 'completed')) return;
  throw new StepError(`--output-step: the step "${outputStep}" gave no output: it was skipped, failed or not reached`, {
    code: 'PC2026',
    reason: 'empty_output',
  });
}
