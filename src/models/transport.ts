import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { ModelError } from '../core/errors.ts';
import type { Agents } from './agents.ts';
import type { Timeouts } from './config.ts';
import type { Origin } from './failure.ts';
import { refusedBy, refusedByProxy, timedOut, unreachable } from './failure.ts';

/** What both SDKs accept as `fetch`. */
export type Fetch = (url: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * A `fetch` for the SDKs over `node:http(s)`: a fifth of the processor time of the global one. It follows no redirect, and
 * everything but a 2xx answer is thrown as `ModelError`, so that the SDKs classify and retry nothing. The response's `body`
 * is the `IncomingMessage` itself; `bodyOf` gives it back with its type.
 */
export function createFetch(origin: Origin, agents: Agents, timeouts: Timeouts): Fetch {
  return async (input, init = {}) => {
    const url = new URL(input instanceof URL ? input.href : String(input));
    const agent = await agents.for(url);
    const message = await new Promise<IncomingMessage>((resolve, reject) => {
      const { signal } = init;
      const request = (url.protocol === 'https:' ? requestSecure : requestPlain)(url, {
        method: init.method ?? 'GET',
        headers: headersOf(init.headers),
        agent,
      });
      const abort = () => request.destroy(abortError());
      const timers = startTimers(timeouts, origin, (error) => request.destroy(error));
      const settled = () => {
        timers.stop();
        signal?.removeEventListener('abort', abort);
      };
      request.on('socket', (socket) => {
        if (!socket.connecting) return timers.connected();
        socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', timers.connected);
      });
      request.on('proxyConnect', ({ statusCode }: { statusCode?: number }) => {
        if (statusCode !== undefined && statusCode !== 200) request.destroy(refusedByProxy(origin, statusCode));
      });
      request.on('response', (response) => {
        settled();
        resolve(response);
      });
      request.on('error', (error) => {
        settled();
        reject(error);
      });
      if (signal?.aborted === true) abort();
      else signal?.addEventListener('abort', abort, { once: true });
      request.end(init.body ?? undefined);
    }).catch((error: unknown) => {
      throw isOurs(error) ? error : unreachable(origin, error);
    });
    const status = message.statusCode ?? 0;
    if (status < 200 || status > 299) {
      throw refusedBy(origin, { status, headers: message.headers, body: await errorBody(message) });
    }
    return responseOf(message, url);
  };
}

/** The stream behind a response of `createFetch`. */
export function bodyOf(response: Response): IncomingMessage {
  return response.body as unknown as IncomingMessage;
}

/** The few members of a `Response` that the SDKs read of an answer whose body they hand on unread. */
function responseOf(message: IncomingMessage, url: URL): Response {
  const headers = new Map(Object.entries(flat(message.headers)));
  return { ok: true, status: message.statusCode, url: url.href, headers, body: message } as unknown as Response;
}

function flat(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}

function headersOf(headers: RequestInit['headers']): Record<string, string> {
  return headers === undefined ? {} : Object.fromEntries(headers as Iterable<[string, string]>);
}

/** One timer for the connection, one for the first byte of the answer. */
function startTimers(timeouts: Timeouts, origin: Origin, expire: (error: Error) => void) {
  const connect = setTimeout(() => {
    expire(timedOut(origin, 'could not be connected to', timeouts.connectMs));
  }, timeouts.connectMs);
  const first = setTimeout(() => {
    expire(timedOut(origin, 'did not begin to answer', timeouts.firstByteMs));
  }, timeouts.firstByteMs);
  return {
    connected: () => clearTimeout(connect),
    stop() {
      clearTimeout(connect);
      clearTimeout(first);
    },
  };
}

const ERROR_BODY_BYTES = 64 * 1024;
const ERROR_BODY_MS = 10_000;

/** As much of an error page as is worth reading, for as long as is worth waiting. */
async function errorBody(message: IncomingMessage): Promise<string> {
  const timer = setTimeout(() => message.destroy(), ERROR_BODY_MS);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of message) {
      chunks.push(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      if (bytes > ERROR_BODY_BYTES) break;
    }
  } catch {
    // The status says enough.
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function abortError(): Error {
  return Object.assign(new Error('aborted'), { name: 'AbortError' });
}

function isOurs(error: unknown): boolean {
  return error instanceof ModelError || (error instanceof Error && error.name === 'AbortError');
}
