/**
 * A model provider on loopback, for tests: real HTTP, no key, no network. Speaks OpenAI Chat Completions
 * (`/v1/chat/completions`), OpenAI Responses (`/v1/responses`) and Anthropic Messages (`/v1/messages`), streaming or not.
 *
 * In a test:
 *
 *     await using fake = await startFakeProvider({ replies: [{ text: 'Hello' }, { status: 429, retryAfter: '1' }] });
 *     env.OPENAI_BASE_URL = fake.openaiUrl;       // http://127.0.0.1:<port>/v1
 *     env.ANTHROPIC_BASE_URL = fake.anthropicUrl; // http://127.0.0.1:<port>
 *     …
 *     fake.requests[0].body.model                 // what was on the wire, in order of arrival
 *
 * Every request takes the first reply of the queue that is meant for it (`Reply.when`); once the queue is empty it gets
 * `options.fallback`, by default the answer `[<model>] <last user text>`. `Reply` (reply.ts) lists what can be made to go
 * wrong. A function in place of `replies` decides per request.
 *
 * As a process: `node build/test/fake/provider.js [--port 0] [--replies file.json]` prints `{"url":…}` on one line and
 * runs until it is killed. `POST /__fake/replies` (a JSON list) adds to the queue, `GET /__fake/requests` tells what came in.
 */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chat } from './chat.ts';
import { messages } from './messages.ts';
import type { Asked, Reply, Wire } from './reply.ts';
import { answerTo } from './reply.ts';
import { responses } from './responses.ts';

export type { Reply } from './reply.ts';

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed JSON, `{}` when there was none. */
  readonly body: Record<string, unknown>;
  /** Of the socket it came on: two requests with the same number shared a connection. */
  readonly connection: number;
  /** Milliseconds of a monotonic clock. */
  readonly atMs: number;
  /** The client went away before the answer was complete. */
  aborted: boolean;
}

export interface FakeOptions {
  readonly port?: number;
  readonly replies?: readonly Reply[] | ((request: FakeRequest, number: number) => Reply | undefined);
  /** For requests the queue has nothing for. */
  readonly fallback?: Reply;
  /** How long an idle connection is kept; as long as Node does, if not given. */
  readonly keepAliveMs?: number;
  /** Answers 429 while this many requests are being answered. */
  readonly atOnce?: number;
  /** The bodies of GET requests by path: `{'/api/tags': {models: []}}`. */
  readonly get?: Readonly<Record<string, unknown>>;
}

export interface FakeProvider extends AsyncDisposable {
  readonly url: string;
  readonly openaiUrl: string;
  readonly anthropicUrl: string;
  readonly port: number;
  readonly requests: readonly FakeRequest[];
  /** Adds to the end of the queue. */
  reply(...replies: Reply[]): void;
  /** Resolves once `count` requests have come in. */
  received(count: number): Promise<void>;
  /** Resolves once a client has gone away from `count` unfinished answers. */
  abandoned(count: number): Promise<void>;
  /** Lets that many deltas of `held` replies go, those that come later too. */
  release(count: number): void;
  close(): Promise<void>;
}

const WIRES: Readonly<Record<string, Wire>> = {
  '/chat/completions': chat,
  '/responses': responses,
  '/messages': messages,
};

export async function startFakeProvider(options: FakeOptions = {}): Promise<FakeProvider> {
  const requests: FakeRequest[] = [];
  const queue: Reply[] = typeof options.replies === 'object' ? [...options.replies] : [];
  const waiters = new Set<() => void>();
  const gate = createGate();
  const connections = new WeakMap<object, number>();
  let connectionCount = 0;
  let active = 0;
  const changed = () => {
    for (const waiter of waiters) waiter();
  };

  const server = createServer((request, response) => {
    void serve(request, response).catch(() => response.destroy());
  });
  if (options.keepAliveMs !== undefined) server.keepAliveTimeout = options.keepAliveMs;
  server.on('connection', (socket) => connections.set(socket, connectionCount++));
  await listen(server, options.port ?? 0);
  const port = (server.address() as AddressInfo).port;
  const url = `http://127.0.0.1:${port}`;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/';
    const text = await bodyOf(request);
    if (path === '/__fake/requests') return sendJson(response, 200, requests);
    if (path === '/__fake/replies') {
      queue.push(...(JSON.parse(text) as Reply[]));
      return sendJson(response, 200, { queued: queue.length });
    }
    const record: FakeRequest = {
      method: request.method ?? '',
      path,
      headers: request.headers as Record<string, string>,
      body: parsed(text),
      connection: connections.get(request.socket) ?? -1,
      atMs: performance.now(),
      aborted: false,
    };
    requests.push(record);
    changed();
    response.on('close', () => {
      if (response.writableFinished) return;
      record.aborted = true;
      changed();
    });
    const pathname = new URL(path, url).pathname;
    const wire = Object.entries(WIRES).find(([suffix]) => pathname.endsWith(suffix))?.[1];
    if (request.method === 'GET' && options.get?.[pathname] !== undefined) return sendJson(response, 200, options.get[pathname]);
    if (wire === undefined)
      return sendJson(response, 404, { error: { message: `no such path: ${pathname}`, type: 'not_found', code: null } });
    if (options.atOnce !== undefined && active >= options.atOnce) {
      return sendJson(response, 429, wire.error(429, { message: 'too many requests at once', code: 'rate_limit_exceeded' }));
    }
    active++;
    try {
      const asked = wire.ask(record.body);
      await answer({ wire, asked, reply: replyFor(record, asked), response, number: requests.length, pass: gate.pass });
    } finally {
      active--;
    }
  }

  function replyFor(request: FakeRequest, asked: Asked): Reply {
    if (typeof options.replies === 'function') return options.replies(request, requests.length - 1) ?? options.fallback ?? {};
    const index = queue.findIndex(
      ({ when }) => when === undefined || asked.model.includes(when) || asked.lastUser.includes(when),
    );
    const [reply] = index < 0 ? [] : queue.splice(index, 1);
    return reply ?? options.fallback ?? {};
  }

  function until(done: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!done()) return;
        waiters.delete(check);
        resolve();
      };
      waiters.add(check);
      check();
    });
  }

  async function close(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  return {
    url,
    openaiUrl: `${url}/v1`,
    anthropicUrl: url,
    port,
    requests,
    reply: (...replies) => void queue.push(...replies),
    received: (count) => until(() => requests.length >= count),
    abandoned: (count) => until(() => requests.filter((request) => request.aborted).length >= count),
    release: gate.release,
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Exchange {
  readonly wire: Wire;
  readonly asked: Asked;
  readonly reply: Reply;
  readonly response: ServerResponse;
  readonly number: number;
  /** Resolves when a held delta may go. */
  pass(): Promise<void>;
}

function createGate(): { pass(): Promise<void>; release(count: number): void } {
  const waiting: (() => void)[] = [];
  let free = 0;
  return {
    pass: () =>
      new Promise((resolve) => {
        if (free === 0) return void waiting.push(resolve);
        free -= 1;
        resolve();
      }),
    release(count) {
      free += count;
      for (const go of waiting.splice(0, free)) {
        free -= 1;
        go();
      }
    },
  };
}

async function answer(exchange: Exchange): Promise<void> {
  const { wire, asked, reply, response, number } = exchange;
  if (reply.delayMs !== undefined) await sleep(reply.delayMs);
  if (reply.reset === 'before') return reset(response);
  if (reply.stall === 'before') return goneFrom(response);
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value);
  if (reply.retryAfter !== undefined) response.setHeader('retry-after', reply.retryAfter);
  if (reply.retryAfterMs !== undefined) response.setHeader('retry-after-ms', reply.retryAfterMs);
  response.setHeader('x-request-id', `req_${number}`);
  if (reply.redirect !== undefined) return void response.writeHead(307, { location: reply.redirect }).end();
  const status = reply.status ?? 200;
  if (reply.html === true) return sendText(response, status, 'text/html', PAGE);
  if (reply.body !== undefined) return sendText(response, status, reply.contentType ?? 'application/json', reply.body);
  if (status !== 200) return sendJson(response, status, wire.error(status, { message: `fake error ${status}`, ...reply.error }));
  const full = answerTo(asked, reply, number);
  if (!asked.stream) return sendJson(response, 200, wire.whole(full, reply));
  await stream(exchange, wire.frames(full, asked, reply));
}

async function stream({ wire, reply, response, pass }: Exchange, frames: ReturnType<Wire['frames']>): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  const send = (frame: string) => write(response, frame, reply.pieceBytes);
  for (const frame of frames.head) await send(frame);
  const half = Math.ceil(frames.deltas.length / 2);
  for (const [index, frame] of frames.deltas.entries()) {
    if (index === half && (await broken(wire, reply, response))) return;
    if (reply.paceMs !== undefined) await sleep(reply.paceMs);
    if (reply.held === true) await pass();
    await send(frame);
  }
  if (frames.deltas.length <= 1 && (await broken(wire, reply, response))) return;
  if (reply.truncate === undefined) await send(frames.tail.join(''));
  response.end();
}

/** Does what the reply has planned for the middle of the stream; true when that was the end of it. */
async function broken(wire: Wire, reply: Reply, response: ServerResponse): Promise<boolean> {
  if (reply.malformed === true) await write(response, 'data: {"broken": \n\n');
  if (reply.streamError !== undefined) {
    response.end(wire.errorFrame({ message: 'fake error in the stream', ...reply.streamError }));
    return true;
  }
  if (reply.reset === 'mid') {
    await flushed(response);
    reset(response);
    return true;
  }
  if (reply.stall === 'mid') {
    await goneFrom(response);
    return true;
  }
  if (reply.truncate !== 'mid') return false;
  response.end();
  return true;
}

async function write(response: ServerResponse, text: string, pieceBytes?: number): Promise<void> {
  if (response.destroyed) return;
  if (pieceBytes === undefined) return void (response.write(text) || (await drained(response)));
  const bytes = Buffer.from(text);
  for (let offset = 0; offset < bytes.length; offset += pieceBytes) {
    response.write(bytes.subarray(offset, offset + pieceBytes));
    // The next turn of the event loop: each piece is a segment of its own on loopback.
    await new Promise(setImmediate);
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

function flushed(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.write(': about to break\n\n', () => resolve());
  });
}

function goneFrom(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.on('close', resolve);
  });
}

function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

const PAGE = `<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1>${'<p>nginx</p>'.repeat(200)}</body></html>`;

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  sendText(response, status, 'application/json', JSON.stringify(body));
}

function sendText(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type }).end(body);
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '0' }, replies: { type: 'string' } } });
  const replies = values.replies === undefined ? [] : (JSON.parse(readFileSync(values.replies, 'utf8')) as Reply[]);
  const fake = await startFakeProvider({ port: Number(values.port), replies });
  process.stdout.write(`${JSON.stringify({ url: fake.url, openaiUrl: fake.openaiUrl, anthropicUrl: fake.anthropicUrl })}\n`);
}
