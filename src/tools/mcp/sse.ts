import type { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import type { ToolError } from '../../core/errors.ts';
import type { ServerSpec } from '../../core/tool.ts';
import { CallLost } from './failures.ts';
import { guardedFetch } from './guarded-fetch.ts';
import type { Wire } from './wire.ts';

type HttpSpec = Extract<ServerSpec, { transport: 'http' | 'sse' }>;
type Inner = Pick<SSEClientTransport, 'start' | 'send' | 'close' | 'setProtocolVersion' | 'onmessage' | 'onerror' | 'onclose'>;

/**
 * Speaks the transport that servers had before Streamable HTTP. When its one stream breaks, the session is lost with it: the
 * SDK would open another that the server has not been greeted on.
 */
export class SseWire implements Wire {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #inner: Inner;
  #death: ToolError | undefined;
  #started = false;
  #closed = false;

  constructor(spec: HttpSpec, Transport: typeof SSEClientTransport) {
    const fetch = guardedFetch(() => undefined);
    this.#inner = new Transport(new URL(spec.url), { fetch, requestInit: { headers: { ...spec.headers } } });
    this.#inner.onmessage = (message) => this.onmessage?.(message);
    this.#inner.onclose = () => this.#leave();
    this.#inner.onerror = (error) => {
      this.onerror?.(error);
      if (!this.#started || !error.message.startsWith('SSE error')) return;
      this.#death ??= new CallLost(`the MCP server "${spec.name}" closed its stream`, { code: 'PC7018', reached: 'maybe' });
      void this.#inner.close();
    };
  }

  async start(): Promise<void> {
    await this.#inner.start();
    this.#started = true;
  }

  send(message: JSONRPCMessage): Promise<void> {
    return this.#inner.send(message);
  }

  setProtocolVersion(version: string): void {
    this.#inner.setProtocolVersion(version);
  }

  lastLines(): readonly string[] {
    return [];
  }

  death(): ToolError | undefined {
    return this.#death;
  }

  async close(): Promise<void> {
    this.#leave();
    await this.#inner.close();
  }

  #leave(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.onclose?.();
  }
}
