import { Interrupted, LimitError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-code.ts';
import type { OpenModel } from '../../core/model.ts';
import type { Toolbox } from '../../core/tool.ts';
import type { OptimizeEvent } from '../../engineer/events.ts';
import { optimize } from '../../engineer/optimize.ts';
import type { Ports } from '../../engineer/ports.ts';
import type { Call } from '../command.ts';
import { exitOf } from '../leave.ts';
import { loadOptions } from '../load-options.ts';
import { modelConfig } from '../model-config.ts';
import { createRedactor, type Redactor, secretsOf } from '../redact.ts';
import { listen } from '../run/listen.ts';
import { chooseMemory } from '../run/memory.ts';
import { redactedMemory } from '../run/redacted-memory.ts';
import { secretNames } from '../run/secret-names.ts';
import { openToolbox } from '../run/toolbox.ts';
import { setValues } from '../run/world-flags.ts';
import { isAnswered, openTraffic } from '../traffic/open.ts';
import type { OptimizeFlags } from './flags.ts';
import { enginePorts } from './ports.ts';
import { openProgress } from './progress.ts';
import { openPurse, type PurseOptions } from './purse.ts';
import { isAskedToStop, readEvents, withJournal } from './run-folder.ts';
import type { Setup } from './setup.ts';
import { chainWith } from './texts.ts';

export interface Driven {
  readonly events: readonly OptimizeEvent[];
  readonly exitCode: number;
  /** What ended it before its time. */
  readonly error?: unknown;
}

/** Runs or goes on with the optimisation in the folder. What is paid for is on the disk before anything follows from it. */
export async function drive(call: Call, flags: OptimizeFlags, setup: Setup, folder: string): Promise<Driven> {
  return withJournal(folder, async (journal) => {
    const events: OptimizeEvent[] = [...readEvents(folder)];
    const { budget, plan } = setup;
    const quiet = call.globals.quiet || (flags.json && !call.err.isTTY && !call.globals.verbose);
    const progress = await openProgress(call, { budget: budget.rollouts, test: plan.test, quiet });
    for (const event of events) if (event.type === 'rollout' || event.type === 'answer') await progress.show(event);
    const stop = new AbortController();
    let reason: Error | undefined;
    const release = listen(call, setup.timeMs, (cause) => {
      reason ??= cause;
    });
    const stopping = (): string | undefined => {
      if (reason === undefined && isAskedToStop(folder)) reason = stopAsked();
      return reason?.message;
    };
    let error: unknown;
    try {
      for await (const event of withPorts({ call, flags, setup, spent: spentIn(events), stop }, (ports) =>
        optimize({ ...setup, ports, concurrency: flags.jobs, signal: stop.signal, stopping, record: [...events] }),
      )) {
        journal.append(event);
        events.push(event);
        if (flags.json) await call.out.write(`${JSON.stringify(event)}\n`);
        await progress.show(event);
      }
    } catch (thrown) {
      error = thrown;
    } finally {
      progress.end();
      release();
    }
    error ??= reason !== undefined && events.at(-1)?.type === 'paused' ? reason : undefined;
    return { events, exitCode: exitCodeFor(events, error), ...(error === undefined ? {} : { error }) };
  });
}

function exitCodeFor(events: readonly OptimizeEvent[], error: unknown): number {
  if (error !== undefined) return exitOf(error);
  const verdict = events.findLast((event) => event.type === 'verdict');
  // The budget did not even allow to score the first texts.
  if (verdict === undefined) return EXIT.limit;
  return verdict.verdict.verdict === 'improved' ? EXIT.ok : EXIT.notMet;
}

function spentIn(events: readonly OptimizeEvent[]): PurseOptions['spent'] {
  const spent = { usd: 0, calls: 0 };
  for (const event of events) {
    if (event.type !== 'answer' && (event.type !== 'rollout' || event.split === 'test')) continue;
    const { calls, costUsd } = event.type === 'answer' ? event.answer : event.rollout;
    spent.calls += calls;
    spent.usd += costUsd ?? 0;
  }
  return spent;
}

function stopAsked(): Error {
  return new LimitError('promptchain engineer stop asked it to end', { code: 'PC9011' });
}

interface Wires {
  readonly call: Call;
  readonly flags: OptimizeFlags;
  readonly setup: Setup;
  readonly spent: PurseOptions['spent'];
  readonly stop: AbortController;
}

/** Opens what the chain and the models need, and closes it again. */
async function* withPorts(
  { call, flags, setup, spent, stop }: Wires,
  work: (ports: Ports) => AsyncGenerator<OptimizeEvent, void>,
): AsyncGenerator<OptimizeEvent, void> {
  const { chain, inputs, judges, improver, cases, texts, task, scoreOf } = setup;
  const redactor = createRedactor(secretsOf(call.io.env, secretNames(chain)));
  let toolbox: Toolbox | undefined;
  const traffic = await openTraffic({ call, flags, chain, again: false, redactor, abort: (reason) => stop.abort(reason) });
  try {
    const mcp = flags.mcp && !isAnswered(flags);
    toolbox = await openToolbox({ call, flags: { ...flags, mcp }, chain, redact: redactor.text, askInTurn: (ask) => ask() });
    if (toolbox !== undefined) toolbox = traffic?.toolbox(toolbox) ?? toolbox;
    const io = traffic?.io(call.io) ?? call.io;
    const live = traffic?.openModel(setup.openModel) ?? setup.openModel;
    const memory = { memory: redactedMemory(chooseMemory(call, {}, chain, () => undefined).memory, redactor, () => undefined) };
    const { model, ...options } = loadOptions(call);
    yield* work(
      enginePorts({
        bench: { inputs, io, openModel: live, toolbox, redact: redactor.value, memory },
        chainWith: chainWith(
          chain,
          {
            ...options,
            model: { ...model, ...(flags.model === undefined ? {} : { override: flags.model }), steps: flags.stepModels },
            set: await setValues(flags.set),
          },
          texts,
        ),
        cases,
        judges,
        improver,
        openModel: await cached(call, flags, live, redactor),
        openHelper: await cached(call, flags, flags.stubs === undefined ? live : setup.openModel, redactor),
        cache: flags.cache,
        scoreOf,
        redactor,
        purse: openPurse({ usd: setup.budget.usd, calls: setup.budget.calls, spent }),
        sealed: new Set(task.test.map(({ id }) => id)),
      }),
    );
    traffic?.finish();
  } finally {
    await toolbox?.[Symbol.asyncDispose]();
    traffic?.discard();
  }
}

async function cached(call: Call, flags: OptimizeFlags, live: OpenModel, redactor: Redactor): Promise<OpenModel> {
  if (flags.cache === 'off' || isAnswered(flags)) return live;
  const { cachingModels } = await import('../traffic/cache.ts');
  return cachingModels(live, { call, config: modelConfig(call), redactor, warn: () => undefined });
}

/** Whether an end leaves a run that can be taken up again. */
export function isPause(error: unknown): boolean {
  return error instanceof Interrupted || error instanceof LimitError;
}
