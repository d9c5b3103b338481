import { Failure } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Model, ModelSpec } from '../../core/model.ts';
import type { Tool, Toolbox } from '../../core/tool.ts';
import type { Redactor } from '../redact.ts';
import { readCassette } from './cassette.ts';
import {
  type CallExchange,
  callRequest,
  type Exchange,
  failureOf,
  keyOf,
  type ModelExchange,
  modelRequest,
  type ToolEntry,
  type ToolsExchange,
  toolsRequest,
} from './exchange.ts';
import { isOfTheRun } from './live-tools.ts';
import { missed } from './missed.ts';
import { withSkippingClock } from './skipping-clock.ts';
import { createTape, type Tape } from './tape.ts';
import type { Traffic } from './traffic.ts';

export interface ReplayOptions {
  /** Absolute. */
  readonly file: string;
  /** As given. */
  readonly shown: string;
  readonly redactor: Redactor;
  /** Ends the run: nothing that was not recorded may be taken for a failure that a chain can live with. */
  abort(reason: Failure): void;
}

/** `--replay`: answers from a cassette and nothing else. No key is read, no server started, no connection opened. */
export function replayTraffic({ file, shown, redactor, abort }: ReplayOptions): Traffic {
  const exchanges = readCassette(file, shown);
  const tape = createTape(exchanges);

  const recorded = async <Kind extends Exchange['kind']>(kind: Kind, request: JsonObject, step: string) => {
    const masked = redactor.value(request);
    const found = tape.next(keyOf(kind, masked)) as Extract<Exchange, { kind: Kind }> | undefined;
    if (found !== undefined) return found;
    const failure = await missed({ kind, request: masked, step, exchanges, file: shown });
    abort(failure);
    throw failure;
  };

  return {
    openModel: () => async (spec) => replayedModel(spec, exchanges, (request, step) => recorded('model', request, step)),
    toolbox: (live) => replayedToolbox(live, tape, redactor, recorded),
    io: withSkippingClock,
    finish: () => undefined,
    discard: () => undefined,
  };
}

function replayedModel(
  spec: ModelSpec,
  exchanges: readonly Exchange[],
  recorded: (request: JsonObject, step: string) => Promise<ModelExchange>,
): Model {
  const known = exchanges.find((exchange) => exchange.kind === 'model' && exchange.asked === spec.id) as
    | ModelExchange
    | undefined;
  const id = typeof known?.request.model === 'string' ? known.request.model : spec.id;
  const slash = id.indexOf('/');
  const opened = { ...spec, id, provider: id.slice(0, Math.max(0, slash)), name: id.slice(slash + 1) };
  return {
    spec: opened,
    llm: known?.llm ?? true,
    window: () => known?.window,
    cost: () => 0,
    async *stream(request, signal) {
      const exchange = await recorded(modelRequest(opened, request), request.path ?? '');
      for (const event of exchange.events) {
        signal.throwIfAborted();
        yield event;
      }
      await ending(exchange, signal);
    },
  };
}

type Recorded = <Kind extends Exchange['kind']>(
  kind: Kind,
  request: JsonObject,
  step: string,
) => Promise<Extract<Exchange, { kind: Kind }>>;

function replayedToolbox(live: Toolbox, tape: Tape, redactor: Redactor, recorded: Recorded): Toolbox {
  const served = new Set<string>();
  const replayed = (entry: ToolEntry): Tool => ({
    ...entry,
    async *call(args, call) {
      const exchange: CallExchange = await recorded('call', callRequest(entry.name, args), call.path);
      for (const text of exchange.log) yield { type: 'step.log', step: call.path, text };
      await ending(exchange, call.signal);
      return exchange.result ?? { text: '', isError: true };
    },
  });
  return {
    async *open(patterns, scope, signal) {
      const exchange: ToolsExchange = await recorded('tools', toolsRequest(patterns), '');
      await ending(exchange, signal);
      const ofTheRun = exchange.tools.map(({ name }) => name).filter(isOfTheRun);
      const own = ofTheRun.length === 0 ? [] : yield* live.open(ofTheRun, scope, signal);
      return exchange.tools.map((entry) => {
        const tool = own.find(({ name }) => name === entry.name);
        if (tool === undefined) served.add(entry.name);
        return tool ?? replayed(entry);
      });
    },
    /** What answers from the cassette does nothing; it is refused where it was. Everything else is asked about as ever. */
    async permit(tool, args, scope, signal) {
      if (!served.has(tool.name)) return live.permit(tool, args, scope, signal);
      const key = keyOf('call', redactor.value(callRequest(tool.name, args)));
      const next = tape.peek(key);
      if (next?.kind !== 'call' || next.refused !== true) return;
      tape.next(key);
      await ending(next, signal);
    },
    [Symbol.asyncDispose]: () => live[Symbol.asyncDispose](),
  };
}

/** Throws what the exchange failed with. One that was ended from outside waits for that again, a while. */
async function ending({ error, unfinished }: Exchange, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (error !== undefined) throw failureOf(error);
  if (unfinished !== true) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, LONGEST_WAIT_MS);
    signal.addEventListener('abort', () => resolve(clearTimeout(timer)), { once: true });
  });
  signal.throwIfAborted();
  throw new Failure('the recording ends here: this answer was never finished', {
    code: 'PC8203',
    reason: 'incomplete',
    help: 'record the chain anew, to its end',
  });
}

const LONGEST_WAIT_MS = 1000;
