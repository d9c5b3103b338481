import { WebSocket } from 'ws';
import { type ServerMessage, SUBPROTOCOL } from '../../../src/serve/chat/protocol.ts';
import { within } from '../serving.ts';

type Type = ServerMessage['type'];
type Of<T extends Type> = Extract<ServerMessage, { readonly type: T }>;

/** A client of a chat, over a real WebSocket. What comes is taken in order; every wait has a limit and then tells what came. */
export interface ChatClient extends Disposable {
  readonly socket: WebSocket;
  /** Everything that has come so far. */
  readonly all: readonly ServerMessage[];
  send(message: unknown): void;
  /** The next message of that type, after those taken before. */
  next<T extends Type>(type: T): Promise<Of<T>>;
  /** Sends a message and waits for the answer to it. */
  ask(text: string, more?: object): Promise<Of<'turn.completed'>>;
  closed(): Promise<{ readonly code: number; readonly reason: string }>;
}

/** Connects and says hello. */
export async function chatWith(
  url: string,
  chain: string,
  hello: object = {},
): Promise<ChatClient & { readonly hello: Of<'hello'> }> {
  const client = await connect(url, chain);
  client.send({ type: 'hello', ...hello });
  return Object.assign(client, { hello: await client.next('hello') });
}

/** Connects and says nothing. Rejects when the server refuses. */
export async function connect(url: string, chain: string): Promise<ChatClient> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/chat/${chain}`, SUBPROTOCOL);
  const all: ServerMessage[] = [];
  const waiting = new Set<() => void>();
  let taken = 0;
  let isOver = false;
  const wake = (): void => {
    for (const look of waiting) look();
  };
  socket.on('message', (data) => {
    all.push(JSON.parse(String(data)) as ServerMessage);
    wake();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => {
      isOver = true;
      resolve({ code, reason: reason.toString() });
      wake();
    });
  });
  await within(
    new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject)),
    'the WebSocket does not open',
  );
  socket.on('error', () => undefined);
  const evidence = (): string => `what came: ${JSON.stringify(all, undefined, 1)}`;

  async function next<T extends Type>(type: T): Promise<Of<T>> {
    const found = new Promise<Of<T>>((resolve, reject) => {
      const look = (): void => {
        const at = all.findIndex((message, index) => index >= taken && message.type === type);
        if (at < 0 && !isOver) return;
        waiting.delete(look);
        if (at < 0) return void reject(new Error(`closed without ${type}\n${evidence()}`));
        taken = at + 1;
        resolve(all[at] as Of<T>);
      };
      waiting.add(look);
      look();
    });
    return within(found, `no ${type}`, evidence);
  }

  const send = (message: unknown): void => socket.send(JSON.stringify(message));
  return {
    socket,
    all,
    send,
    next,
    async ask(text, more = {}) {
      send({ type: 'message', text, ...more });
      return next('turn.completed');
    },
    closed: () => within(closed, 'the connection is not closed', evidence),
    [Symbol.dispose]: () => socket.terminate(),
  };
}
