import { token } from '../token.ts';
import type { ClientMessage, ServerMessage } from './messages.ts';

/** A conversation's connection: it comes back by itself when it is lost, until the server says that it may not. */
export interface ChatConnection {
  /** What is said while there is no connection is lost: after each `hello` it is for the caller to say it again. */
  send(message: ClientMessage): void;
  close(): void;
}

export interface ChatListener {
  take(message: ServerMessage): void;
  /** A sentence for people about the connection; nothing when it stands. */
  state(says: string | undefined): void;
}

/** `session` is asked each time, since the server gives one to whoever has none. */
export function connect(chain: string, session: () => string | undefined, listener: ChatListener): ChatConnection {
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isClosed = false;
  let failures = 0;
  let isOpen = false;
  open();

  return {
    send(message) {
      if (isOpen) socket?.send(JSON.stringify(message));
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      socket?.close(1000);
    },
  };

  function open(): void {
    const known = token();
    const address = new URL(`chat/${encodeURIComponent(chain)}`, document.baseURI);
    address.protocol = address.protocol.replace('http', 'ws');
    address.hash = '';
    const own = new WebSocket(address, [PROTOCOL, ...(known === undefined ? [] : [`bearer.${known}`])]);
    socket = own;
    own.onopen = () => {
      const id = session();
      own.send(JSON.stringify({ type: 'hello', ...(id === undefined ? {} : { session: id }) }));
    };
    own.onmessage = ({ data }) => {
      const message = JSON.parse(String(data)) as ServerMessage;
      if (message.type === 'hello') stand();
      else if (!isOpen) listener.state('This conversation cannot be opened.');
      listener.take(message);
    };
    own.onclose = ({ code, reason }) => lost(code, reason);
  }

  function stand(): void {
    failures = 0;
    isOpen = true;
    listener.state(undefined);
  }

  function lost(code: number, reason: string): void {
    isOpen = false;
    if (isClosed) return;
    if (REFUSED.has(code)) {
      listener.state(`The server ended the conversation${reason === '' ? '' : `: ${reason}`}.`);
      return;
    }
    failures += 1;
    listener.state('The connection is lost. Connecting again…');
    timer = setTimeout(open, Math.min(250 * 2 ** failures, 10_000));
  }
}

const PROTOCOL = 'promptchain.chat.v1';

/** Connecting again would end the same way. */
const REFUSED: ReadonlySet<number> = new Set([1002, 1003, 1007, 1008, 1009]);
