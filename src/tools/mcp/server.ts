import type { StepEvent } from '../../core/event.ts';
import type { JsonObject } from '../../core/json.ts';
import type { ServerSpec, Tool, ToolResult } from '../../core/tool.ts';
import { wireName } from '../../lib/wire-name.ts';
import { type Connection, connect } from './connection.ts';
import { resultOf } from './content.ts';
import type { Definition } from './definitions.ts';
import { CallLost } from './failures.ts';
import { CALL_MS, START_MS } from './limits.ts';
import { progressOf } from './progress.ts';
import { ServerRefusal } from './session.ts';
import type { World } from './world.ts';

export interface CallOptions {
  readonly signal: AbortSignal;
  /** By default what the server's entry says, else a minute. */
  readonly timeoutMs?: number;
  onProgress?(text: string): void;
}

export interface ServerStatus {
  readonly state: 'running' | 'dead' | 'closed';
  /** How often it was started again. */
  readonly restarts: number;
  /** What of it is not offered and why, for people to read. */
  readonly notes: readonly string[];
}

/** One MCP server, running. */
export interface Server {
  /** What it calls itself. */
  readonly name: string;
  readonly version: string;
  readonly title?: string;
  /** What it tells a model about itself. */
  readonly instructions?: string;
  /** As of now: another list after `onToolsChanged`. */
  readonly tools: readonly Tool[];
  /** `tool` as the server calls it. A failure of the tool is a result; throws `ToolError` when the server fails, and the signal's reason. */
  call(tool: string, args: JsonObject, options: CallOptions): Promise<ToolResult>;
  status(): ServerStatus;
  /** The end of what it wrote to stderr. */
  lastLines(): readonly string[];
  /** Resolves when nothing of it is left, processes it started included. May be called again. */
  close(): Promise<void>;
}

/**
 * Starts an MCP server, or connects to one, and lists its tools. It runs until `close`, or until `world.signal` aborts. Throws
 * `ToolError`, and then leaves nothing behind.
 */
export async function openServer(spec: ServerSpec, world: World): Promise<Server> {
  const connection = await connect(spec, world);
  let made: { readonly from: readonly Definition[]; readonly tools: readonly Tool[] } | undefined;
  let closed = false;
  const call: Server['call'] = (tool, args, options) => callTool(connection, spec, tool, args, options);
  const { name, version, title, instructions } = connection.session();
  return {
    name,
    version,
    ...(title === undefined ? {} : { title }),
    ...(instructions === undefined ? {} : { instructions }),
    get tools() {
      const from = connection.tools();
      if (made?.from !== from) made = { from, tools: from.map((definition) => toolOf(spec, definition, call)) };
      return made.tools;
    },
    call,
    status: () => ({
      state: closed ? 'closed' : connection.session().alive() ? 'running' : 'dead',
      restarts: connection.restarts(),
      notes: connection.notes(),
    }),
    lastLines: () => connection.session().lastLines(),
    close() {
      closed = true;
      return connection.close();
    },
  };
}

function toolOf(spec: ServerSpec, { name, description, parameters, effect }: Definition, call: Server['call']): Tool {
  return {
    name: `${spec.name}.${name}`,
    wireName: wireName(`mcp_${spec.name}_${name}`),
    description,
    parameters,
    effect,
    // The limits of one call are kept here; this one is for a call that meets a dead server and is made again.
    timeoutMs: (spec.startTimeoutMs ?? START_MS) + 2 * (spec.callTimeoutMs ?? CALL_MS) + SPARE_MS,
    async *call(args, { path, signal }) {
      const progress = progressOf<ToolResult>((onProgress) => call(name, args, { signal, onProgress }));
      for (;;) {
        const next = await progress.next();
        if ('value' in next) return next.value;
        yield { type: 'step.log', step: path, text: next.text } satisfies StepEvent;
      }
    },
  };
}

/** For ending the dead one and waiting before the new one. */
const SPARE_MS = 10_000;

async function callTool(
  connection: Connection,
  spec: ServerSpec,
  tool: string,
  args: JsonObject,
  { signal, timeoutMs = spec.callTimeoutMs ?? CALL_MS, onProgress }: CallOptions,
): Promise<ToolResult> {
  for (let attempt = 1; ; attempt++) {
    const session = await connection.alive(signal);
    try {
      const request = { method: 'tools/call', params: { name: tool, arguments: args }, timeoutMs, tool, onProgress } as const;
      return resultOf(await session.request(request, signal));
    } catch (error) {
      if (error instanceof ServerRefusal) return { text: error.message, isError: true };
      if (!(error instanceof CallLost) || attempt === ATTEMPTS) throw error;
      if (error.reached === 'maybe' && effectOf(connection, tool) === 'once') throw error;
      if (session.alive() && error.reached === 'no') connection.forget(session);
    }
  }
}

const ATTEMPTS = 2;

function effectOf(connection: Connection, tool: string): Tool['effect'] {
  return connection.tools().find(({ name }) => name === tool)?.effect ?? 'once';
}
