import { type Agent, type RequestOptions, request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

export interface SenderOptions {
  readonly url: string;
  readonly headers: () => Promise<Record<string, string>>;
  readonly compression: 'gzip' | 'none';
  /** Of one request. */
  readonly timeoutMillis: number;
  readonly agentFactory: (protocol: string) => Agent | Promise<Agent>;
  /** Over `agentFactory`. */
  readonly agentFor?: (url: URL) => Promise<Agent>;
}

export interface Sender {
  /** Resolves to why it did not arrive, else to undefined. Never rejects. */
  send(body: Uint8Array): Promise<string | undefined>;
  /** Ends what is under way. */
  close(): void;
}

/**
 * Posts batches of spans. The SDK's own sender waits a second and more before it tries again, be it that nothing listens there,
 * and does not say what went wrong; this one tries a second time at once, after what another try may mend.
 */
export function openSender({ headers, compression, timeoutMillis, agentFor, agentFactory, ...options }: SenderOptions): Sender {
  const url = new URL(options.url);
  const stop = new AbortController();

  return {
    async send(body) {
      try {
        const packed = compression === 'gzip' ? await promisify(gzip)(body) : body;
        const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(Math.min(Math.ceil(timeoutMillis), LONGEST_MS))]);
        const how = {
          method: 'POST',
          headers: {
            ...(await headers()),
            ...(compression === 'gzip' ? { 'Content-Encoding': 'gzip' } : {}),
            'Content-Length': String(packed.length),
          },
          agent: await (agentFor?.(url) ?? agentFactory(url.protocol)),
          signal,
        };
        const first = await post(url, how, packed);
        const last = first?.again === true && !signal.aborted ? await post(url, how, packed) : first;
        return last?.why;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
    close: () => stop.abort(),
  };
}

/** Any number can be asked for; a timer takes 32 bits. */
const LONGEST_MS = 600_000;

interface Problem {
  readonly why: string;
  /** Another try may mend it. */
  readonly again: boolean;
}

/** What the receiver says besides its status is dropped unread: it may repeat what it was sent. */
function post(url: URL, how: RequestOptions, body: Uint8Array): Promise<Problem | undefined> {
  return new Promise((resolve) => {
    const begin = url.protocol === 'https:' ? secureRequest : request;
    const sent = begin(url, how, (response) => {
      response.on('error', () => undefined).resume();
      resolve(problemOf(response.statusCode ?? 0));
    });
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(failed(error, how.signal)));
    sent.end(body);
  });
}

function problemOf(status: number): Problem | undefined {
  if (status >= 200 && status < 300) return undefined;
  return { why: `it answered ${status}`, again: MENDABLE_STATUS.has(status) };
}

/** As OTLP lists them. */
const MENDABLE_STATUS: ReadonlySet<number> = new Set([429, 502, 503, 504]);

function failed({ code = '', message }: NodeJS.ErrnoException, signal: AbortSignal | undefined): Problem {
  if (signal?.aborted) return { why: 'it did not answer in time', again: false };
  // A connection that was kept open may have been closed from the other side just now.
  return { why: CAUSES.get(code) ?? message, again: code === 'ECONNRESET' || code === 'EPIPE' };
}

const CAUSES: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing listens there'],
  ['ENOTFOUND', 'there is no such host'],
  ['EAI_AGAIN', 'the name of the host could not be looked up'],
  ['ECONNRESET', 'it closed the connection'],
  ['EPIPE', 'it closed the connection'],
  ['EPROTO', 'it does not speak TLS'],
  ['HPE_INVALID_CONSTANT', 'it does not speak HTTP; a collector often does so on port 4318, and gRPC on 4317'],
]);
