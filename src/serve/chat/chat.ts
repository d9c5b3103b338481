import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Refusal } from '../refusal.ts';
import type { Conversations } from '../service.ts';
import { serveConnection } from './connection.ts';
import { createHeartbeat } from './heartbeat.ts';
import type { ChatLimits } from './limits.ts';
import { createPatience } from './patience.ts';
import { type ChatError, CLOSE, SUBPROTOCOL } from './protocol.ts';
import { createRooms } from './rooms.ts';

/** The chats of a server: conversations over WebSocket, at `/chat/:name`. */
export interface Chat {
  /** Takes a connection that may become a WebSocket; returns why it may not. Who may ask at all was decided before. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Refusal | undefined;
  /** Takes no more messages; resolves when no turn goes on and the clients were told to go. */
  finish(): Promise<void>;
}

export interface ChatSettings {
  /** Names of the chains that are served. */
  readonly chains: readonly string[];
  readonly conversations: Conversations;
  readonly limits: ChatLimits;
  /** What a client is told of a failure. */
  errorOf(error: unknown): ChatError;
}

export function createChat({ chains, conversations, limits, errorOf }: ChatSettings): Chat {
  const rooms = createRooms({ conversations, limits, errorOf });
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.frameBytes,
    // Its memory is per connection, and our frames are short.
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  const patience = createPatience(limits);
  const heartbeat = createHeartbeat(server.clients, { everyMs: limits.pingMs, isMoving: patience.isMoving });
  const perClient = createTally();

  function refusalOf(chain: string | undefined, client: string): Refusal | undefined {
    if (chain === undefined) return { status: 404, code: 'PC2267', message: 'no WebSocket is spoken at this address' };
    if (!chains.includes(chain)) return { status: 404, code: 'PC2040', message: `no chain "${chain}" is served` };
    if (server.clients.size >= limits.connections) return tooMany(503, 'too many chats are connected');
    if (perClient.count(client) >= limits.connectionsPerClient) return tooMany(429, 'this client has too many chats connected');
    return undefined;
  }

  return {
    upgrade(request, socket, head) {
      const chain = /^\/chat\/([^/?#]+)(?:$|[?#])/.exec(request.url ?? '')?.[1];
      const client = request.socket.remoteAddress ?? '';
      const refusal = refusalOf(chain, client);
      if (refusal !== undefined || chain === undefined) return refusal;
      let fault: string | undefined;
      const note = ({ message }: Error): void => {
        fault = message;
      };
      server.once('wsClientError', note);
      server.handleUpgrade(request, socket, head, (connected) => {
        serveConnection(connected, { chain, client, rooms, limits, patience, errorOf });
      });
      server.off('wsClientError', note);
      if (fault !== undefined) return noHandshake(fault);
      perClient.add(client, socket);
      return undefined;
    },
    async finish() {
      await rooms.finish();
      heartbeat.end();
      for (const socket of server.clients) {
        socket.close(CLOSE.goingAway, 'the server is stopping');
        setTimeout(() => socket.terminate(), limits.farewellMs).unref();
      }
    },
  };
}

/** How many sockets of each client are open. */
function createTally(): { count(client: string): number; add(client: string, socket: Duplex): void } {
  const counts = new Map<string, number>();
  const count = (client: string): number => counts.get(client) ?? 0;
  return {
    count,
    add(client, socket) {
      counts.set(client, count(client) + 1);
      socket.once('close', () => {
        if (count(client) > 1) counts.set(client, count(client) - 1);
        else counts.delete(client);
      });
    },
  };
}

function tooMany(status: 429 | 503, message: string): Refusal {
  return { status, code: 'PC2285', message, headers: { 'retry-after': '5' } };
}

function noHandshake(fault: string): Refusal {
  const message = `the handshake is none of WebSocket: ${fault}`;
  return { status: 400, code: 'PC2287', message, headers: { 'sec-websocket-version': '13' } };
}
