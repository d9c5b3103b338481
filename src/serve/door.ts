import type { IncomingMessage, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type BodyLimits, faultOf, readBody, tooLarge } from './guards/body.ts';
import { hasBody } from './guards/content-type.ts';
import type { Guard, Head } from './guards/guard.ts';
import { corsHeaders, isPreflight } from './guards/origin.ts';
import { bodyOf, pathOf, type Refusal } from './refusal.ts';

export interface DoorSettings {
  readonly guard: Guard;
  readonly body: BodyLimits;
  readonly allowOrigins: readonly string[];
  /** The server takes nothing new any more. */
  isClosing(): boolean;
  /** Told of every request once it has been answered, or its client has gone. */
  answered(request: Answered): void;
}

export interface Answered extends Pick<Head, 'address' | 'method' | 'path'> {
  /** Undefined when the client went away before there was one. */
  readonly status: number | undefined;
  readonly ms: number;
  /** It got no further than the door. */
  readonly refused: boolean;
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * What every request passes before any route sees it: the guards, then the body, read whole within its limits and known to be
 * JSON. It stands before the application, so a route cannot be forgotten.
 */
export function createDoor({ guard, body, allowOrigins, isClosing, answered }: DoorSettings, answer: Answer) {
  return {
    async request(request: IncomingMessage & { rawBody?: Buffer }, response: ServerResponse): Promise<void> {
      const head = headOf(request);
      const { address, method, path } = head;
      const begun = performance.now();
      let refused = true;
      response.once('close', () => {
        const status = response.headersSent ? response.statusCode : undefined;
        answered({ address, method, path, status, ms: performance.now() - begun, refused });
      });
      for (const [name, value] of Object.entries({ ...SAFE, ...corsHeaders(head, allowOrigins) })) {
        if (value !== undefined) response.setHeader(name, value);
      }
      if (isClosing()) response.setHeader('connection', 'close');
      const refusal = guard(isPreflight(head) ? withoutToken(head) : head) ?? tooLarge(request, body);
      if (refusal !== undefined) return refuse(request, response, refusal);
      if (isPreflight(head)) return void response.writeHead(204).end();
      if (isClosing() && !PROBES.has(head.path)) return refuse(request, response, CLOSING);
      if (request.headers.expect !== undefined) response.writeContinue();
      if (hasBody(head)) {
        const read = await readBody(request, body);
        if (read === undefined) return;
        const fault = Buffer.isBuffer(read) ? faultOf(read) : read;
        if (fault !== undefined) return refuse(request, response, fault);
        if (Buffer.isBuffer(read)) request.rawBody = read;
      }
      refused = false;
      answer(request, response);
    },
    /** A request to speak something else from now on: `take` does, or returns why it cannot. */
    upgrade(request: IncomingMessage, socket: Duplex, take: () => Refusal | undefined): void {
      const head = headOf(request);
      const { address, method, path } = head;
      const begun = performance.now();
      const refusal = (isClosing() ? CLOSING : guard(head)) ?? take();
      const status = refusal?.status ?? (socket.destroyed ? undefined : 101);
      const tell = (): void =>
        answered({ address, method, path, status, ms: performance.now() - begun, refused: refusal !== undefined });
      if (socket.closed) tell();
      else socket.once('close', tell);
      if (refusal !== undefined) refuseUpgrade(request, socket, refusal);
    },
  };
}

/** Answers an upgrade with a refusal and hangs up, also on a client that does not. */
function refuseUpgrade(request: IncomingMessage, socket: Duplex, refusal: Refusal): void {
  const body = JSON.stringify(bodyOf(refusal, pathOf(request)));
  const headers = { ...SAFE, ...refusal.headers, 'content-type': JSON_UTF8, 'content-length': Buffer.byteLength(body) };
  const lines = Object.entries({ ...headers, connection: 'close' }).map(([name, value]) => `${name}: ${value}`);
  socket.on('error', () => undefined).resume();
  socket.end(`HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

function headOf(request: IncomingMessage): Head {
  const { method = '', socket } = request;
  // Of several hosts `headers` has the first alone.
  const headers = { ...request.headers, host: request.headersDistinct.host };
  return { method, path: pathOf(request), headers, address: socket.remoteAddress ?? '' };
}

/** The last word on a connection that still sends: it is read for a moment, so that the answer is not lost in a reset. */
function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  const body = JSON.stringify(bodyOf(refusal, pathOf(request)));
  const isWhole = request.complete || !hasBody(request);
  response.writeHead(refusal.status, {
    ...refusal.headers,
    'content-type': JSON_UTF8,
    'content-length': Buffer.byteLength(body),
    ...(isWhole ? {} : { connection: 'close' }),
  });
  response.end(request.method === 'HEAD' ? '' : body);
  if (isWhole) return;
  request.on('error', () => undefined).resume();
  setTimeout(() => request.socket.destroy(), LINGER_MS).unref();
}

/** A browser sends none with the question whether it may send one. */
function withoutToken(head: Head): Head {
  return { ...head, method: 'GET', path: '/' };
}

const LINGER_MS = 1000;
const JSON_UTF8 = 'application/json; charset=utf-8';
const PROBES: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

const CLOSING: Refusal = {
  status: 503,
  code: 'PC2269',
  message: 'the server is stopping',
  headers: { 'retry-after': '5' },
};

/** For what is not the page, which says more of itself. */
const SAFE: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
};
