import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { UsageError } from '../core/errors.ts';
import { createDoor, type DoorSettings } from './door.ts';
import { wantsWebSocket, withoutOffer } from './plain-request.ts';
import type { Refusal } from './refusal.ts';
import { createStallWatch } from './stalled.ts';

export interface ListenSettings extends DoorSettings {
  readonly host: string;
  readonly port: number;
  /** How long the head of a request may take to arrive. */
  readonly headTimeoutMs: number;
  /** How long a client may take nothing of what waits for it. */
  readonly stallMs: number;
  /** Takes a connection that becomes a WebSocket, once the guards let it pass. */
  readonly upgrade?: Upgrade;
  /** Told of each connection that has become one; what it returns is called at its end. */
  readonly upgraded?: () => () => void;
}

/** Returns why the connection may not become one. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => Refusal | undefined;

export interface Listening {
  readonly url: string;
  readonly server: Server;
  /** Takes no more connections; resolves when the last one has ended. */
  close(): Promise<void>;
  /** Ends the connections that are still there. */
  cut(): void;
}

/** Serves the application on one port, behind the door. Rejects with `UsageError` when the address cannot be had. */
export async function listen(app: Hono, settings: ListenSettings): Promise<Listening> {
  const { host, port, headTimeoutMs, stallMs, upgrade } = settings;
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const door = createDoor(settings, (request, response) => void answer(request, response));
  const stalls = createStallWatch(stallMs);
  const server = createServer({
    headersTimeout: headTimeoutMs,
    requestTimeout: headTimeoutMs + settings.body.timeoutMs,
    connectionsCheckingInterval: Math.min(5000, headTimeoutMs / 2),
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
  server.maxConnections = MOST_CONNECTIONS;
  for (const event of ['request', 'checkContinue'] as const) {
    server.on(event, (request, response) => {
      stalls.add(response);
      void door.request(request, response);
    });
  }
  const upgraded = new Set<Duplex>();
  server.on('upgrade', (request, socket, head) => {
    if (!wantsWebSocket(request)) {
      socket.unshift(withoutOffer(request, head));
      return void server.emit('connection', socket);
    }
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    door.upgrade(request, socket, () => {
      const unfit = upgrade === undefined ? NO_WEBSOCKET : upgrade(request, socket, head);
      const ended = unfit === undefined ? settings.upgraded?.() : undefined;
      if (ended !== undefined) socket.once('close', ended);
      return unfit;
    });
  });
  await bind(server, host, port);
  return {
    url: urlOf(server.address() as AddressInfo),
    server,
    async close() {
      await new Promise((resolve) => void server.close(resolve));
      stalls.end();
    },
    cut() {
      for (const socket of upgraded) socket.destroy();
      server.closeAllConnections();
    },
  };
}

const NO_WEBSOCKET: Refusal = { status: 404, code: 'PC2267', message: 'no WebSocket is spoken at this address' };

const KEEP_ALIVE_MS = 5000;
const MOST_CONNECTIONS = 10_000;

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(bindError(error, host, port)));
    server.listen(port, host, resolve);
  });
}

function bindError(error: NodeJS.ErrnoException, host: string, port: number): UsageError {
  const { code = '' } = error;
  const [why, help] = BIND_ERRORS[code] ?? [error.message, undefined];
  return new UsageError(`cannot listen on ${host}, port ${port}: ${why}`, {
    code: 'PC2270',
    ...(help === undefined ? {} : { help }),
    cause: error,
  });
}

const OF_THIS_MACHINE = '--host names an address of this machine: 127.0.0.1, ::1, 0.0.0.0 for all';

const BIND_ERRORS: Readonly<Record<string, readonly [why: string, help: string]>> = {
  EADDRINUSE: ['something listens there already', 'choose another port with --port, or 0 for any that is free'],
  EACCES: ['this user may not', 'choose a port from 1024 with --port'],
  EADDRNOTAVAIL: ['this machine has no such address', OF_THIS_MACHINE],
  ENOTFOUND: ['there is no such host', OF_THIS_MACHINE],
  EAI_AGAIN: ['the host cannot be looked up', OF_THIS_MACHINE],
};

function urlOf({ family, address, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
