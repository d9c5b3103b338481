import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HttpFake extends AsyncDisposable {
  readonly url: string;
  /** `POST initialize`, `GET`, `DELETE`, in order of arrival. */
  readonly seen: string[];
  /** Headers of every request, in the same order. */
  readonly headers: IncomingMessage['headers'][];
  /** Sessions are forgotten: the next request is answered with 404. */
  restart(): void;
}

export interface HttpFakeOptions {
  /** Answers instead of the server; true when it has. */
  readonly instead?: (request: IncomingMessage, response: ServerResponse, message: Message | undefined) => boolean;
  /** Only the transport of before Streamable HTTP. */
  readonly old?: boolean;
}

export interface Message {
  readonly id?: number;
  readonly method: string;
  readonly params?: { readonly name?: string; readonly protocolVersion?: string };
}

const TOOLS = ['ping', 'drop', 'drop_read', 'drop_all'].map((name) => ({
  name,
  inputSchema: { type: 'object' },
  annotations: { readOnlyHint: name === 'drop_read' },
}));

/** A small MCP server over HTTP, in this process. Answers as event streams; `drop…` tools break the stream, the first time. */
export async function startHttpFake({ instead, old = false }: HttpFakeOptions = {}): Promise<HttpFake> {
  const seen: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const sessions = new Set<string>();
  let dropped = false;
  let stream: ServerResponse | undefined;

  const resultOf = ({ method, params }: Message): object => {
    if (method === 'initialize') {
      return {
        protocolVersion: params?.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: 'http', version: '1' },
      };
    }
    return method === 'tools/list' ? { tools: TOOLS } : { content: [{ type: 'text', text: 'pong' }] };
  };

  const event = (response: ServerResponse, message: Message) => {
    response.write(`event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', id: message.id, result: resultOf(message) })}\n\n`);
  };

  const drops = ({ params }: Message) => params?.name === 'drop_all' || (params?.name?.startsWith('drop') === true && !dropped);

  const post = (request: IncomingMessage, response: ServerResponse, message: Message) => {
    if (message.method === 'initialize') {
      const id = randomUUID();
      sessions.add(id);
      response.setHeader('mcp-session-id', id);
    } else if (!sessions.has(String(request.headers['mcp-session-id']))) {
      response.writeHead(404).end('Session not found');
      return;
    }
    if (message.id === undefined) {
      response.writeHead(202).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (drops(message)) {
      dropped = true;
      response.write(': nothing yet\n\n');
      setImmediate(() => (message.params?.name === 'drop_all' ? response.destroy() : response.end()));
      return;
    }
    event(response, message);
    response.end();
  };

  const oldTransport = (request: IncomingMessage, response: ServerResponse, message: Message | undefined) => {
    if (request.method === 'GET') {
      stream = response;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('event: endpoint\ndata: /messages?s=1\n\n');
    } else if (request.url?.startsWith('/messages') && message !== undefined) {
      response.writeHead(202).end();
      if (drops(message)) {
        dropped = true;
        stream?.destroy();
      } else if (message.id !== undefined && stream !== undefined) event(stream, message);
    } else response.writeHead(405).end();
  };

  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const message = body === '' ? undefined : (JSON.parse(body) as Message);
    seen.push([request.method, message?.method].filter(Boolean).join(' '));
    headers.push(request.headers);
    if (instead?.(request, response, message)) return;
    if (old) oldTransport(request, response, message);
    else if (message !== undefined) post(request, response, message);
    else response.writeHead(405).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    seen,
    headers,
    restart: () => sessions.clear(),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
