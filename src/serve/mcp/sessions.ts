import { randomUUID } from 'node:crypto';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js';
import { Refused } from '../refusal.ts';
import type { Service } from '../service.ts';
import type { ChainCall } from './call.ts';
import { type Caller, createMcpServer } from './server.ts';

/** The sessions of MCP clients over HTTP: a client's calls and its word that one is cancelled come in requests of their own. */
export interface Sessions {
  /** Answers a request; `body` is its JSON. Throws `Refused`. */
  answer(request: Request, body: unknown, about: ChainCall['about']): Promise<Response>;
}

export interface SessionsOptions {
  readonly version: string;
  readonly heartbeatMs: number;
  /** Sessions at once. Beyond it the one that was silent longest has to go, unless it is being answered. */
  readonly most?: number;
  /** Milliseconds of silence after which a session is forgotten; its client then begins another. */
  readonly idleMs?: number;
}

interface Session {
  readonly transport: WebStandardStreamableHTTPServerTransport;
  /** Calls that go on. */
  running: number;
  lastUsed: number;
}

export function createSessions(service: Pick<Service, 'chains' | 'start'>, options: SessionsOptions): Sessions {
  const { version, heartbeatMs, most = 1000, idleMs = 30 * 60 * 1000 } = options;
  /** Those used longest ago stand first. */
  const sessions = new Map<string, Session>();

  return {
    async answer(request, body, about) {
      const id = request.headers.get('mcp-session-id');
      const session = id === null ? await begin(body) : found(id);
      const caller: Caller = { about, gone: request.signal };
      return session.transport.handleRequest(request, { parsedBody: body, authInfo: { ...NO_ONE, extra: { caller } } });
    },
  };

  function found(id: string): Session {
    const session = sessions.get(id);
    if (session === undefined) throw new Refused(NO_SESSION);
    touch(id, session);
    return session;
  }

  function touch(id: string, session: Session): void {
    session.lastUsed = performance.now();
    if (sessions.delete(id)) sessions.set(id, session);
  }

  async function begin(body: unknown): Promise<Session> {
    if (!isInitializeRequest(body)) throw new Refused(NOT_BEGUN);
    makeRoom();
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      keepAliveMs: heartbeatMs,
      onsessioninitialized: (id) => void sessions.set(id, session),
    });
    const session: Session = { transport, running: 0, lastUsed: performance.now() };
    const server = createMcpServer(service, {
      version,
      caller(handed) {
        const caller = (handed?.extra?.caller ?? { about: {} }) as Caller;
        session.running += 1;
        const done = (): void => {
          session.running -= 1;
          touch(transport.sessionId ?? '', session);
        };
        return { ...caller, done };
      },
    });
    server.onclose = () => void sessions.delete(transport.sessionId ?? '');
    await server.connect(transport);
    return session;
  }

  /** Throws `Refused` where every session is being answered. */
  function makeRoom(): void {
    const now = performance.now();
    for (const { transport, running, lastUsed } of sessions.values()) {
      if (sessions.size < most && now - lastUsed < idleMs) return;
      if (running === 0) void transport.close();
    }
    if (sessions.size >= most) throw new Refused(NO_ROOM);
  }
}

/** Who asks is known before a session sees a request; this is how the SDK takes along what is known. */
const NO_ONE = { token: '', clientId: '', scopes: [] };

const NO_SESSION = { status: 404, code: 'PC2279', message: 'there is no such session: begin another with initialize' };
const NOT_BEGUN = {
  status: 400,
  code: 'PC2279',
  message: 'a session begins with initialize, and its id comes with each request',
};
const NO_ROOM = { status: 503, code: 'PC2266', message: 'too many sessions are busy', headers: { 'retry-after': '5' } };
