import { Interrupted } from '../../core/errors.ts';
import type { Event, Warning } from '../../core/event.ts';
import type { Json } from '../../core/json.ts';
import type { ConversationSoFar, RunResult } from '../../core/run.ts';
import { createHandover } from '../../lib/handover.ts';
import type { AbortCause, StartedRun } from '../../serve/service.ts';
import { openJournal } from '../../store/journal.ts';
import type { Telemetry, TracedRun } from '../../telemetry/start.ts';
import { isLast } from '../../terminal/renderer.ts';
import type { Call } from '../command.ts';
import { runsDir } from '../paths.ts';
import { createEventFilter } from '../redact.ts';
import { gateKeeper } from '../run/gate.ts';
import { timedOut } from '../run/listen.ts';
import { chooseMemory } from '../run/memory.ts';
import { pull, type Readers } from '../run/pull.ts';
import { redactedMemory } from '../run/redacted-memory.ts';
import { newRunId } from '../run/run-id.ts';
import { type BegunTrace, beginTrace } from '../telemetry/trace.ts';
import { givenOf } from './given.ts';
import type { Going, Place, RunObserver } from './going.ts';
import type { ReadyChain } from './ready.ts';

export interface Values {
  readonly input: string;
  readonly inputs: { readonly [name: string]: Json };
  readonly live: boolean;
  readonly place: Place;
  readonly conversation?: ConversationSoFar | undefined;
  /** The conversation it is a turn of, as traces name it. */
  readonly tracedAs?: string | undefined;
  /** W3C trace context of the request. */
  readonly traceparent?: string | undefined;
}

/** What all runs of a server share. */
export interface RunWorld {
  readonly call: Call;
  readonly going: Going;
  readonly observer: RunObserver;
  /** For the end of every run that has a journal. */
  prune(): void;
  readonly telemetry: Telemetry | undefined;
}

/** A run of a served chain. It begins when its events are first asked for, waits for whoever takes them, and is aborted when they leave. */
export function startRun({ call, observer, prune, telemetry }: RunWorld, ready: ReadyChain, values: Values): StartedRun {
  const { chain, view } = ready;
  const id = newRunId(call.io.clock.now(), call.io.random);
  const stop = new AbortController();
  const abort: StartedRun['abort'] = (why = 'gone') => stop.abort(REASONS[why]());
  return { id, abort, events: events() };

  async function* events(): AsyncGenerator<Event, RunResult> {
    const handover = createHandover<Event>();
    const run = values.place.begin({ id, abort, chain: chain.name });
    observer.began(chain.name);
    const timeMs = ready.flags.timeoutMs ?? chain.limits.timeMs;
    const timer = timeMs === undefined ? undefined : setTimeout(() => stop.abort(timedOut(timeMs)), timeMs);
    let told: RunResult | undefined;
    const finished = conclude(async (event) => {
      if (isLast(event)) told = event.result;
      const seen = view.event(event);
      if (seen === undefined) return;
      run.publish(seen);
      await handover.give(seen);
    }).then((ended) => told ?? ready.redactor.value(ended));
    finished
      .then((result) => observer.ended(chain.name, result))
      .then(() => handover.finish(), handover.finish)
      .finally(() => {
        clearTimeout(timer);
        run.end();
      });
    try {
      yield* handover.values;
      return view.result(await finished);
    } finally {
      abort();
      await finished.catch(() => undefined);
    }
  }

  async function conclude(write: (event: Event) => Promise<void>): Promise<RunResult> {
    const { end, ...traced } = beginTrace(telemetry, tracedRun(id, ready, values), {
      openModel: ready.openModel,
      renderer: { write, end: async () => undefined },
    });
    const readers = readersOf(traced);
    try {
      return await pull(readers);
    } finally {
      end();
      await readers.journal?.close();
      if (readers.journal !== undefined) prune();
    }
  }

  function readersOf({ openModel, renderer, traceparent }: Omit<BegunTrace, 'end'>): Readers {
    const { flags, redactor, toolbox } = ready;
    const warnings: Warning[] = [];
    const warn = (code: string) => (message: string) => void warnings.push({ type: 'warning', code, message });
    const chosen = chooseMemory(call, flags, chain, warn('PC8010'));
    const nobody = { ...call, interactive: false };
    const answer = gateKeeper({ call: nobody, flags, redact: redactor.text, askInTurn: (ask) => ask() });
    const given = flags.save ? givenOf(call, flags, chain, { ...values, traceparent }, redactor) : undefined;
    return {
      chain,
      options: {
        runId: id,
        input: values.input,
        inputs: values.inputs,
        ...(values.conversation === undefined ? {} : { conversation: values.conversation }),
        io: call.io,
        openModel,
        ...chosen,
        memory: redactedMemory(chosen.memory, redactor, warn('PC8090')),
        ...(toolbox === undefined ? {} : { toolbox }),
        redact: redactor.value,
        ...(answer === undefined ? {} : { answer }),
        live: values.live,
        signal: stop.signal,
        limits: flags.limits,
      },
      journal: flags.save ? openJournal(runsDir(call.paths), id, given === undefined ? {} : { given }) : undefined,
      resume: given === undefined ? null : `promptchain runs resume ${id}`,
      renderer,
      filter: createEventFilter(redactor),
      warnings,
      lastWarnings: undefined,
    };
  }
}

function tracedRun(runId: string, { chain, redactor }: ReadyChain, { traceparent, tracedAs }: Values): TracedRun {
  const { name, sha256 } = chain;
  const parent = traceparent === undefined ? undefined : { traceparent };
  return { runId, chain: { name, sha256 }, redact: redactor.text, parent, conversation: tracedAs };
}

const REASONS: Readonly<Record<AbortCause, () => Interrupted>> = {
  gone: () => new Interrupted('SIGPIPE', 'the client went away'),
  cancelled: () => new Interrupted('SIGINT', 'a client cancelled the run'),
  stopping: () => new Interrupted('SIGTERM'),
};
