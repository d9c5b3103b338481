import type { Agent, IncomingMessage } from 'node:http';
import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { ModelError } from '../core/errors.ts';
import type { Timeouts } from './config.ts';
import type { Origin } from './failure.ts';
import { notAStream, refusedBy, refusedByProxy, timedOut, unreachable } from './failure.ts';

export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly agent: Agent;
  /** Told of the headers of any answer, before its body is read. */
  heard?(message: IncomingMessage): void;
}

/**
 * Sends one request and gives the answer as soon as its headers are there. Anything but a 2xx answer is thrown as
 * `ModelError`; a redirect is one, because a key must not follow it. Aborting throws the signal's reason.
 */
export async function post(request: Post, origin: Origin, timeouts: Timeouts, signal: AbortSignal): Promise<IncomingMessage> {
  const message = await headersOf(request, origin, timeouts, signal);
  request.heard?.(message);
  const status = message.statusCode ?? 0;
  const accepted = status >= 200 && status <= 299;
  if (accepted && !/^(application\/json|text\/html)/i.test(message.headers['content-type'] ?? '')) return message;
  const refusal = { status, headers: message.headers, body: await errorBody(message, signal) };
  signal.throwIfAborted();
  throw accepted ? notAStream(origin, refusal) : refusedBy(origin, refusal);
}

function headersOf(
  { url, headers, body, agent }: Post,
  origin: Origin,
  timeouts: Timeouts,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:';
    const request = (secure ? requestSecure : requestPlain)(url, { method: 'POST', headers, agent });
    let connecting: NodeJS.Timeout | undefined;
    const waiting = setTimeout(() => {
      request.destroy(timedOut(origin, 'did not begin to answer', timeouts.firstByteMs));
    }, timeouts.firstByteMs);
    const abort = () => request.destroy();
    const settle = () => {
      clearTimeout(waiting);
      clearTimeout(connecting);
      signal.removeEventListener('abort', abort);
    };
    signal.addEventListener('abort', abort, { once: true });
    request.on('socket', (socket) => {
      if (!socket.connecting) return;
      connecting = setTimeout(() => {
        request.destroy(timedOut(origin, 'could not be connected to', timeouts.connectMs));
      }, timeouts.connectMs);
      socket.once(secure ? 'secureConnect' : 'connect', () => clearTimeout(connecting));
    });
    request.on('proxyConnect', ({ statusCode }: { statusCode?: number }) => {
      if (statusCode !== undefined && statusCode !== 200) request.destroy(refusedByProxy(origin, statusCode));
    });
    request.on('response', (response) => {
      settle();
      resolve(response);
    });
    request.on('error', (error) => {
      settle();
      reject(signal.aborted ? signal.reason : error instanceof ModelError ? error : unreachable(origin, error));
    });
    request.end(body);
  });
}

const ERROR_BODY_BYTES = 64 * 1024;
const ERROR_BODY_MS = 10_000;

/** As much of an error page as is worth reading, for as long as is worth waiting. */
async function errorBody(message: IncomingMessage, signal: AbortSignal): Promise<string> {
  const drop = () => message.destroy();
  const timer = setTimeout(drop, ERROR_BODY_MS);
  signal.addEventListener('abort', drop, { once: true });
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
    signal.removeEventListener('abort', drop);
  }
  return Buffer.concat(chunks).toString('utf8');
}
