import { recordOf, ToolError } from '../core/errors.ts';
import type { StepEvent } from '../core/event.ts';
import type { Io } from '../core/io.ts';
import type { ServerSpec, Tool } from '../core/tool.ts';
import { abortable } from '../lib/abortable.ts';
import { merge } from '../lib/merge.ts';

/** Starts one server and lists its tools. Throws `ToolError` with the server's last words; an abort ends start and server. */
export type OpenServer = (
  spec: ServerSpec,
  options: {
    readonly io: Io;
    readonly signal: AbortSignal;
    /** Folders the server is told it may work in. Absolute. */
    readonly roots: readonly string[];
    /** A line for people: what the server logged or wrote to stderr. */
    log(line: string): void;
  },
) => Promise<RunningServer>;

export interface RunningServer {
  /** What it calls itself. */
  readonly name: string;
  readonly version: string;
  /** Those of the moment: a server may change them. */
  readonly tools: readonly Tool[];
  status?(): { readonly state: 'running' | 'dead' | 'closed' };
  close(): Promise<void>;
}

export interface ServersOptions {
  readonly io: Io;
  readonly openServer: OpenServer;
  readonly log?: (server: string, line: string) => void;
  /** They serve more runs than one: what failed to start, or has died, is started anew for whoever asks next. */
  readonly lasting?: boolean;
}

/** The servers of one run, each started at most once for what the chain files say of it; or of all runs of a lasting process. */
export interface Servers extends AsyncDisposable {
  /** Running servers in the order asked for. Throws when one cannot start, then and later. */
  open(specs: readonly ServerSpec[], root: string, signal: AbortSignal): AsyncGenerator<StepEvent, readonly RunningServer[]>;
}

export function createServers({ io, openServer, log, lasting = false }: ServersOptions): Servers {
  const started = new Map<string, Start>();
  // A step that gives up waiting does not end a start that another one waits for: servers live as long as the run.
  const life = new AbortController();
  /** Of the last step that wanted servers: whether someone stopped the run, which leaves less time for goodbyes. */
  let asked: AbortSignal | undefined;

  const begin = (spec: ServerSpec, root: string): Start => {
    const startedAt = io.clock.elapsed();
    const world = { io, signal: life.signal, roots: [root], log: (line: string) => log?.(spec.name, line) };
    const ready = openServer(spec, world).then((server) => {
      return { server, durationMs: Math.round(io.clock.elapsed() - startedAt) };
    });
    ready.catch(() => undefined); // whoever waits is told; nobody may be waiting any more
    return { ready, told: false };
  };

  /** The start there is, unless it is of no use to a later run. */
  const startFor = (key: string, spec: ServerSpec, root: string): Start => {
    const known = started.get(key);
    if (known !== undefined && !(lasting && known.server?.status?.().state === 'dead')) return known;
    known?.server?.close().catch(() => undefined);
    const start = begin(spec, root);
    started.set(key, start);
    start.ready.then(
      ({ server }) => {
        start.server = server;
      },
      () => {
        if (lasting && started.get(key) === start) started.delete(key);
      },
    );
    return start;
  };

  async function* openOne(spec: ServerSpec, root: string, signal: AbortSignal): AsyncGenerator<StepEvent, RunningServer> {
    const key = JSON.stringify([spec, root]);
    const start = startFor(key, spec, root);
    try {
      const { server, durationMs } = await abortable(start.ready, signal);
      const { name, version, tools } = server;
      if (!start.told) {
        start.told = true;
        yield { type: 'mcp.started', server: spec.name, name, version, tools: tools.length, duration_ms: durationMs };
      }
      return server;
    } catch (error) {
      if (!start.told && !signal.aborted) {
        start.told = true;
        yield { type: 'mcp.failed', server: spec.name, error: recordOf(error) };
      }
      throw error;
    }
  }

  return {
    async *open(specs, root, signal) {
      if (life.signal.aborted) throw afterEnd();
      asked = signal;
      return yield* merge(
        specs.map((spec) => (branchSignal) => openOne(spec, root, branchSignal)),
        { concurrency: MOST_STARTS_AT_ONCE, signal },
      );
    },
    async [Symbol.asyncDispose]() {
      life.abort(asked?.aborted ? asked.reason : afterEnd());
      await Promise.allSettled([...started.values()].map(async ({ ready }) => (await ready).server.close()));
    },
  };
}

interface Start {
  readonly ready: Promise<{ readonly server: RunningServer; readonly durationMs: number }>;
  server?: RunningServer;
  /** Its event is out. */
  told: boolean;
}

const MOST_STARTS_AT_ONCE = 8;

function afterEnd(): ToolError {
  return new ToolError('the run has ended, and its servers with it', { code: 'PC7047', reason: 'cancelled' });
}
