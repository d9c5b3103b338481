import { setTimeout as delay } from 'node:timers/promises';
import type { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { ToolError } from '../../core/errors.ts';
import type { ServerSpec } from '../../core/tool.ts';
import { STREAM_LOST } from './failures.ts';
import { guardedFetch } from './guarded-fetch.ts';
import type { Wire } from './wire.ts';

type HttpSpec = Extract<ServerSpec, { transport: 'http' | 'sse' }>;
type Inner = Pick<
  StreamableHTTPClientTransport,
  'start' | 'send' | 'close' | 'terminateSession' | 'setProtocolVersion' | 'onmessage' | 'onerror' | 'onclose'
>;

/**
 * Speaks Streamable HTTP through the SDK's transport, and closes its gaps: a stream that ends before the answer fails the call
 * instead of leaving it to its time limit. Redirects are followed within the server's own origin only.
 */
export class HttpWire implements Wire {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #inner: Inner;
  readonly #unanswered = new Set<RequestId>();
  /** Requests whose stream carries event ids: the SDK takes those up again by itself. */
  readonly #resumable = new Set<RequestId>();
  #closing: Promise<void> | undefined;

  constructor(spec: HttpSpec, Transport: typeof StreamableHTTPClientTransport) {
    const fetch = guardedFetch((body) => this.#streamEnded(body));
    this.#inner = new Transport(new URL(spec.url), { fetch, requestInit: { headers: { ...spec.headers } } });
    this.#inner.onmessage = (message) => this.#receive(message);
    this.#inner.onclose = () => this.onclose?.();
    this.#inner.onerror = (error) => {
      this.onerror?.(error);
      if (error.message.startsWith('Maximum reconnection attempts')) this.#lose(this.#resumable);
    };
  }

  start(): Promise<void> {
    return this.#inner.start();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (!('method' in message && 'id' in message)) return this.#inner.send(message);
    const { id } = message;
    this.#unanswered.add(id);
    await this.#inner.send(message, { onresumptiontoken: () => this.#resumable.add(id) });
  }

  setProtocolVersion(version: string): void {
    this.#inner.setProtocolVersion(version);
  }

  lastLines(): readonly string[] {
    return [];
  }

  death(): ToolError | undefined {
    return undefined;
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  /** The server is told that the session is over; one that does not answer is not waited for. */
  async #end(): Promise<void> {
    const goodbye = this.#inner.terminateSession().catch(() => undefined);
    const waiting = new AbortController();
    await Promise.race([goodbye, delay(GOODBYE_MS, undefined, { signal: waiting.signal }).catch(() => undefined)]);
    waiting.abort();
    await this.#inner.close();
  }

  #receive(message: JSONRPCMessage): void {
    if ('id' in message && message.id !== undefined && !('method' in message)) this.#forget(message.id);
    this.onmessage?.(message);
  }

  /** The last events of a stream are read a little after its end has been seen. */
  #streamEnded(body: string): void {
    const id = requestIn(body);
    if (id === undefined) return;
    setTimeout(() => {
      if (this.#unanswered.has(id) && !this.#resumable.has(id)) this.#lose([id]);
    }, READING_MS).unref();
  }

  #lose(ids: Iterable<RequestId>): void {
    for (const id of [...ids]) {
      if (!this.#unanswered.has(id)) continue;
      this.#forget(id);
      this.onmessage?.({ jsonrpc: '2.0', id, error: { code: STREAM_LOST, message: 'the stream ended before the answer' } });
    }
  }

  #forget(id: RequestId): void {
    this.#unanswered.delete(id);
    this.#resumable.delete(id);
  }
}

const GOODBYE_MS = 1_000;
const READING_MS = 100;

function requestIn(body: string): RequestId | undefined {
  const message: unknown = JSON.parse(body);
  if (typeof message !== 'object' || message === null || !('method' in message) || !('id' in message)) return undefined;
  const { id } = message;
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}
