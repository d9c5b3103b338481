import type { Chain } from '../../core/chain.ts';
import { Interrupted } from '../../core/errors.ts';
import type { Event } from '../../core/event.ts';
import type { Json } from '../../core/json.ts';
import type { OpenModel } from '../../core/model.ts';
import type { RunResult } from '../../core/run.ts';
import type { Toolbox } from '../../core/tool.ts';
import { createHandover } from '../../lib/handover.ts';
import type { StartedRun } from '../../serve/service.ts';
import { openJournal } from '../../store/journal.ts';
import type { Call } from '../command.ts';
import { runsDir } from '../paths.ts';
import { createEventFilter, type Redactor } from '../redact.ts';
import { gateKeeper } from '../run/gate.ts';
import { chooseMemory } from '../run/memory.ts';
import { pull } from '../run/pull.ts';
import { redactedMemory } from '../run/redacted-memory.ts';
import { newRunId } from '../run/run-id.ts';
import type { ServeFlags } from './flags.ts';

/** A chain that is ready to be run any number of times, at once or one after the other. */
export interface ReadyChain {
  readonly chain: Chain;
  readonly openModel: OpenModel;
  readonly redactor: Redactor;
  /** One for all its runs: a server that is up stays up. */
  readonly toolbox: Toolbox | undefined;
}

export interface Values {
  readonly input: string;
  readonly inputs: { readonly [name: string]: Json };
  readonly live: boolean;
}

/** A run of a served chain. It begins when its events are first asked for, waits for whoever takes them, and is aborted when they leave. */
export function startRun(call: Call, flags: ServeFlags, ready: ReadyChain, values: Values): StartedRun {
  const id = newRunId(call.io.clock.now(), call.io.random);
  const stop = new AbortController();
  const abort = (): void => stop.abort(new Interrupted('SIGPIPE'));
  return { id, abort, events: events() };

  async function* events(): AsyncGenerator<Event, RunResult> {
    const handover = createHandover<Event>();
    const finished = pull(readersOf(handover.give)).then(
      (result) => {
        handover.finish();
        return result;
      },
      (error: unknown) => {
        handover.finish(error);
        throw error;
      },
    );
    finished.catch(() => undefined);
    try {
      yield* handover.values;
      return await finished;
    } finally {
      abort();
      await finished.catch(() => undefined);
    }
  }

  function readersOf(give: (event: Event) => Promise<boolean>): Parameters<typeof pull>[0] {
    const { chain, openModel, redactor, toolbox } = ready;
    const chosen = chooseMemory(call, flags, chain, () => undefined);
    const answer = gateKeeper({
      call: { ...call, interactive: false },
      flags,
      redact: redactor.text,
      askInTurn: (ask) => ask(),
    });
    return {
      chain,
      options: {
        runId: id,
        input: values.input,
        inputs: values.inputs,
        io: call.io,
        openModel,
        ...chosen,
        memory: redactedMemory(chosen.memory, redactor, () => undefined),
        ...(toolbox === undefined ? {} : { toolbox }),
        redact: redactor.value,
        ...(answer === undefined ? {} : { answer }),
        live: values.live,
        signal: stop.signal,
        limits: flags.limits,
      },
      journal: openJournal(runsDir(call.paths), id),
      resume: null,
      renderer: { write: async (event) => void (await give(event)), end: async () => undefined },
      filter: createEventFilter(redactor),
      warnings: [],
      lastWarnings: undefined,
    };
  }
}
