import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { Interrupted, ToolError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { ServerSpec } from '../../core/tool.ts';
import { abortable } from '../../lib/abortable.ts';
import { cleanLine, cleanText, shortened } from './clean-text.ts';
import { brokeProtocol, CallLost, callTooLong, closedByUs, STREAM_LOST, startTooLong } from './failures.ts';
import { httpFailure, statusOf } from './http-failure.ts';
import { INSTRUCTIONS_CHARACTERS, LINE_CHARACTERS, START_MS } from './limits.ts';
import { openWire } from './open-wire.ts';
import { hearProgress, type ProgressTable } from './progress-notes.ts';
import type { Wire } from './wire.ts';
import type { World } from './world.ts';

/** What a server answers to a request, not yet looked at. */
export type Answer = { readonly [key: string]: unknown };

export interface Request {
  readonly method: 'tools/list' | 'tools/call';
  readonly params: JsonObject;
  readonly timeoutMs: number;
  /** What the failures call it: `search` of a call, nothing of a list. */
  readonly tool?: string;
  readonly onProgress?: ((text: string) => void) | undefined;
}

/** A server that was greeted. A dead one is not mended: another session takes its place. */
export interface Session {
  readonly name: string;
  readonly title: string | undefined;
  readonly version: string;
  readonly instructions: string | undefined;
  readonly hasTools: boolean;
  /** Throws `ServerRefusal` for an error of the server, `CallLost` when the answer is lost, `ToolError` for the rest. */
  request(request: Request, signal: AbortSignal): Promise<Answer>;
  alive(): boolean;
  /** Why it is not alive. */
  death(): ToolError;
  lastLines(): readonly string[];
  close(hurry?: boolean): Promise<void>;
}

/** An error that the server itself answered with, by the rules of the protocol: its own words. */
export class ServerRefusal extends ToolError {}

/** Starts a server (or connects to one) and greets it. Nothing is left behind when it throws. */
export async function openSession(spec: ServerSpec, world: World, onListChanged: () => void): Promise<Session> {
  const limitMs = spec.startTimeoutMs ?? START_MS;
  const { signal, log } = world;
  signal.throwIfAborted();
  if (spec.transport !== 'http') return greet(await openWire(spec, spec.transport, world), spec, world, limitMs, onListChanged);
  const wire = await openWire(spec, 'http', world);
  try {
    return await greet(wire, spec, world, limitMs, onListChanged);
  } catch (error) {
    // A server of before Streamable HTTP does not know the request that greets it.
    const status = statusOf(error instanceof ToolError ? error.cause : error);
    if (status !== 404 && status !== 405) throw error;
    const older = await openWire(spec, 'sse', world);
    return await greet(older, spec, world, limitMs, onListChanged).catch((second) => {
      log(`the older transport (SSE) failed too: ${cleanLine(String(second.message), LINE_CHARACTERS)}`);
      throw error;
    });
  }
}

async function greet(wire: Wire, spec: ServerSpec, world: World, limitMs: number, onListChanged: () => void): Promise<Session> {
  const { signal, log } = world;
  const client = await newClient(spec, world, onListChanged).catch(async (error) => {
    await wire.close();
    throw error;
  });
  const progress = hearProgress(wire);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), limitMs);
  const stop = () => late.abort();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    // The SDK's own limit is out of reach, so that one limit says what happened.
    await abortable(client.connect(wire, { timeout: limitMs * 2 + 60_000 }), late.signal);
  } catch (error) {
    const lines = wire.lastLines();
    const death = wire.death();
    await wire.close(signal.reason instanceof Interrupted);
    if (signal.aborted) throw signal.reason;
    if (late.signal.aborted) throw startTooLong(spec.name, limitMs, lines);
    throw death ?? failureOf(error, spec, wire, 'initialize');
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
  client.onerror = (error) => log(cleanLine(error.message, LINE_CHARACTERS));
  return sessionOf(client, wire, spec, progress);
}

async function newClient(spec: ServerSpec, { roots, log }: World, onListChanged: () => void): Promise<Client> {
  const [{ Client }, types] = await Promise.all([
    import('@modelcontextprotocol/sdk/client/index.js'),
    import('@modelcontextprotocol/sdk/types.js'),
  ]);
  const client = new Client(
    { name: 'promptchain', version: VERSION },
    { capabilities: { roots: {} }, jsonSchemaValidator: { getValidator: () => believing } },
  );
  client.setRequestHandler(types.ListRootsRequestSchema, () => ({
    roots: roots.map((folder) => ({ uri: pathToFileURL(folder).href })),
  }));
  client.setNotificationHandler(types.LoggingMessageNotificationSchema, ({ params }) => {
    const text = typeof params.data === 'string' ? params.data : JSON.stringify(params.data);
    log(cleanLine(`${params.level}: ${text}`, LINE_CHARACTERS));
  });
  client.setNotificationHandler(types.ToolListChangedNotificationSchema, onListChanged);
  // `hearProgress` has heard it already.
  client.setNotificationHandler(types.ProgressNotificationSchema, () => undefined);
  // Sampling and elicitation among others: a model call or a question to a person that nobody here has allowed.
  client.fallbackRequestHandler = async ({ method }) => {
    log(`"${spec.name}" asked for ${cleanLine(method, 60)}, which is refused`);
    throw Object.assign(new Error(`promptchain does not answer ${method}`), { code: types.ErrorCode.MethodNotFound });
  };
  return client;
}

/** What a server promises of its results is not held against them; the SDK's own checker is slow to make. */
const believing = (data: unknown) => ({ valid: true as const, data: data as never, errorMessage: undefined });

/** Of what servers are told; they decide nothing by it. */
const VERSION = '1';

function sessionOf(client: Client, wire: Wire, spec: ServerSpec, progress: ProgressTable): Session {
  let closed = false;
  const info = client.getServerVersion();
  const instructions = client.getInstructions();
  return {
    name: cleanLine(info?.name ?? spec.name, 100),
    title: info?.title === undefined ? undefined : cleanLine(info.title, 100),
    version: cleanLine(info?.version ?? '', 100),
    instructions: instructions === undefined ? undefined : shortened(cleanText(instructions), INSTRUCTIONS_CHARACTERS),
    hasTools: client.getServerCapabilities()?.tools !== undefined,
    alive: () => !closed && wire.death() === undefined,
    death: () => wire.death() ?? closedByUs(spec.name),
    lastLines: () => wire.lastLines(),
    request: (request, signal) => exchange(client, wire, spec, progress, request, signal),
    async close(hurry) {
      closed = true;
      await wire.close(hurry);
      await client.close();
    },
  };
}

/** One request with a time limit. When it ends early, the server is told that nobody waits any more. */
async function exchange(
  client: Client,
  wire: Wire,
  spec: ServerSpec,
  progress: ProgressTable,
  { method, params, timeoutMs, tool, onProgress }: Request,
  signal: AbortSignal,
): Promise<Answer> {
  signal.throwIfAborted();
  const { ResultSchema } = await import('@modelcontextprotocol/sdk/types.js');
  const own = new AbortController();
  const token = randomUUID();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    own.abort('the time limit of the call was reached');
  }, timeoutMs);
  const stop = () => own.abort('the caller stopped waiting');
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (onProgress !== undefined) progress.set(token, onProgress);
    const sent = onProgress === undefined ? params : { ...params, _meta: { progressToken: token } };
    return await client.request({ method, params: sent }, ResultSchema, { signal: own.signal, timeout: timeoutMs * 2 + 60_000 });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (late) throw callTooLong(spec.name, tool ?? method, timeoutMs);
    throw wire.death() ?? failureOf(error, spec, wire, tool ?? method);
  } finally {
    clearTimeout(timer);
    progress.delete(token);
    signal.removeEventListener('abort', stop);
  }
}

const CONNECTION_CLOSED = -32_000;

function failureOf(error: unknown, spec: ServerSpec, wire: Wire, doing: string): ToolError {
  if (error instanceof ToolError) return error;
  if (spec.transport !== 'stdio') {
    const failure = httpFailure(spec.name, spec.url, error);
    if (failure !== undefined) return failure;
  }
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === STREAM_LOST || (code === CONNECTION_CLOSED && /Connection closed$/.test(message))) {
    const what = `the connection to the MCP server "${spec.name}" was lost before it answered`;
    return new CallLost(what, { code: 'PC7018', reached: 'maybe' });
  }
  const said = cleanLine(message.replace(/^MCP error -?\d+: /, ''), LINE_CHARACTERS);
  if (typeof code === 'number') {
    return new ServerRefusal(`the MCP server "${spec.name}" refused ${doing}: ${said}`, { code: 'PC7014', reason: 'tool' });
  }
  return brokeProtocol(spec.name, `answered ${doing} with what cannot be read: ${said}`, wire.lastLines());
}
