import { join } from 'node:path';
import { loadChain as loadFile } from './chain/load.ts';
import type { ModelChoice } from './chain/options.ts';
import { ioFrom } from './cli/io.ts';
import { packageDir } from './cli/package-dir.ts';
import { memoryFile, pathsFrom } from './cli/paths.ts';
import { newRunId } from './cli/run/run-id.ts';
import type { Chain } from './core/chain.ts';
import { Failure, Interrupted, LimitError, UsageError } from './core/errors.ts';
import type { Event } from './core/event.ts';
import type { Io } from './core/io.ts';
import type { Json } from './core/json.ts';
import type { Limits } from './core/limits.ts';
import type { Memory } from './core/memory.ts';
import type { OpenModel } from './core/model.ts';
import type { ConversationSoFar, RunResult } from './core/run.ts';
import type { Toolbox } from './core/tool.ts';
import { deadline } from './engine/deadline.ts';
import { runChain as run } from './engine/run.ts';
import { coerceInput, defaultsOf } from './lib/inputs.ts';
import { createOpenModel } from './models/open.ts';
import { KINDS } from './steps/index.ts';
import { stepOptions } from './steps/options.ts';
import { openMemory } from './store/memory.ts';

export interface LoadChainOptions {
  /** Default: `process.env`. */
  readonly env?: Io['env'];
  /** What the name of the file is relative to. Default: the working folder. */
  readonly cwd?: string;
  readonly model?: ModelChoice;
  /** Warnings count as errors. */
  readonly strict?: boolean;
}

/** The chain in a YAML file, checked. Throws `ChainError` with every problem of the file, each with its position. */
export function loadChain(file: string, options: LoadChainOptions = {}): Chain {
  const { env = process.env, cwd = process.cwd(), ...rest } = options;
  return loadFile(file, { kinds: KINDS, stepOptions, packageDir: packageDir(), env, cwd, ...rest });
}

export interface RunChainOptions {
  /** `{input}`: default empty. */
  readonly input?: string;
  /** Values of the inputs the chain declares. */
  readonly inputs?: { readonly [name: string]: Json };
  /** `{stdin}`. */
  readonly stdin?: string;
  /** The conversation that this run is a turn of: what `history` sends first, `{history}` and `{user}`. */
  readonly conversation?: ConversationSoFar;
  /** Default: `process.env`. */
  readonly env?: Io['env'];
  /** Where the chain's memory is kept: a file, or a store of your own. Default: the store of the command line. */
  readonly memory?: string | Memory;
  /** Overrides the chain's own namespace of memory. */
  readonly namespace?: string;
  /** Default: the providers, with keys from `env`. */
  readonly openModel?: OpenModel;
  /** Aborting it ends the run as Ctrl-C does: its status is `interrupted`. */
  readonly signal?: AbortSignal;
  readonly runId?: string;
  /** Over those of the chain. */
  readonly limits?: Limits;
  /** Over the chain's own rules about tools, as patterns of names: `fs.write_*`, `run`. */
  readonly allowTools?: readonly string[];
  readonly denyTools?: readonly string[];
}

/**
 * Runs a chain. The events come as you ask for them, and nothing happens while you do not; the last one carries the result,
 * which is the return value too. A failed run is a result with `status: 'failed'` and an `error`: only inputs that do not fit
 * throw, a `UsageError`. No journal is written. Servers the chain names are started when a step needs them and ended with the
 * run. Nobody is asked: what a rule says to ask about runs only if `allowTools` names it. Whether a chain file may run
 * commands, functions and servers at all is for the caller to decide, who loaded it.
 */
export async function* runChain(chain: Chain, options: RunChainOptions = {}): AsyncGenerator<Event, RunResult> {
  const { input = '', env = process.env, memory, stdin, conversation, namespace } = options;
  const io = ioFrom(process, { env, cwd: process.cwd() });
  const toolbox = await openToolbox(chain, io, options);
  const timeMs = options.limits?.timeMs ?? chain.limits.timeMs;
  const limit = deadline(stopSignal(options.signal), timeMs, () => tookTooLong(timeMs));
  try {
    return yield* run(chain, {
      runId: options.runId ?? newRunId(Date.now(), Math.random),
      input,
      inputs: valuesOf(chain, options.inputs ?? {}),
      ...(stdin === undefined ? {} : { stdin }),
      ...(conversation === undefined ? {} : { conversation }),
      io,
      openModel: options.openModel ?? createOpenModel({ io, config: { configDir: pathsFrom(env, io.cwd).config } }),
      memory: typeof memory === 'object' ? memory : openMemory(memory ?? memoryFile(pathsFrom(env, io.cwd))),
      toolbox,
      ...(namespace === undefined ? {} : { namespace }),
      live: false,
      signal: limit.signal,
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    });
  } finally {
    limit.clear();
    await toolbox[Symbol.asyncDispose]();
  }
}

async function openToolbox(chain: Chain, io: Io, { allowTools = [], denyTools = [] }: RunChainOptions): Promise<Toolbox> {
  const { createToolbox } = await import('./tools/toolbox.ts');
  return createToolbox({
    io,
    openServer: async (spec, world) => (await import('./tools/mcp/server.ts')).openServer(spec, world),
    approve: 'ask',
    allow: allowTools,
    deny: denyTools,
    pins: { dir: join(pathsFrom(io.env, chain.dir).data, 'tools'), trust: false },
  });
}

function tookTooLong(ms = 0): LimitError {
  return new LimitError(`the run took longer than its limit of ${ms / 1000} s`, { code: 'PC9001' });
}

/** The engine tells by the reason of an abort how the run ended; a program may abort with any. */
function stopSignal(given: AbortSignal | undefined): AbortSignal {
  const stop = new AbortController();
  const abort = (): void => stop.abort(given?.reason instanceof Failure ? given.reason : new Interrupted('SIGINT'));
  if (given?.aborted) abort();
  given?.addEventListener('abort', abort, { once: true });
  return stop.signal;
}

function valuesOf({ inputs: specs }: Chain, given: { readonly [name: string]: Json }): { readonly [name: string]: Json } {
  const values: Record<string, Json> = { ...defaultsOf(specs) };
  for (const [name, raw] of Object.entries(given)) {
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (spec === undefined) throw new UsageError(`the chain has no input "${name}"`);
    const coerced = coerceInput(name, spec, raw);
    if ('problem' in coerced) throw new UsageError(coerced.problem);
    values[name] = coerced.value;
  }
  for (const [name, { required }] of Object.entries(specs)) {
    if (required && !Object.hasOwn(values, name)) throw new UsageError(`the input "${name}" is required`);
  }
  return values;
}
