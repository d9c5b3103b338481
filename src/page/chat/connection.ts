import { part, RefusedRequest, request } from '../request.ts';
import { ATTEMPTS, type TellConnection, waitMs } from '../retries.ts';
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
  readonly state: TellConnection;
}

/** `session` is asked each time, since the server gives one to whoever has none. */
export function connect(chain: string, session: () => string | undefined, listener: ChatListener): ChatConnection {
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isClosed = false;
  let failures = 0;
  let isOpen = false;
  let isGivenUp = false;
  open();

  return {
    send(message) {
      if (isOpen) socket?.send(JSON.stringify(message));
      else if (isGivenUp) again();
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      socket?.close(1000);
    },
  };

  function open(): void {
    const known = token();
    const address = new URL(`chat/${part(chain)}`, document.baseURI);
    address.protocol = address.protocol.replace('http', 'ws');
    address.hash = '';
    const own = new WebSocket(address, [PROTOCOL, ...(known === undefined ? [] : [`bearer.${known}`])]);
    let isTaken = false;
    socket = own;
    own.onopen = () => {
      isTaken = true;
      const id = session();
      own.send(JSON.stringify({ type: 'hello', ...(id === undefined ? {} : { session: id }) }));
    };
    own.onmessage = ({ data }) => {
      const message = JSON.parse(String(data)) as ServerMessage;
      if (message.type === 'hello') stand();
      else if (!isOpen) listener.state('This conversation cannot be opened.');
      listener.take(message);
    };
    own.onclose = ({ code, reason }) => lost(code, reason, isTaken);
  }

  function stand(): void {
    failures = 0;
    isOpen = true;
    listener.state(undefined);
  }

  function lost(code: number, reason: string, wasTaken: boolean): void {
    isOpen = false;
    if (isClosed) return;
    if (REFUSED.has(code)) {
      listener.state(`The server ended the conversation${reason === '' ? '' : `: ${reason}`}.`);
      return;
    }
    failures += 1;
    if (wasTaken) later();
    else void askWhy();
  }

  /** No browser tells why a WebSocket was refused. A request does, and asks for the token where that is why. */
  async function askWhy(): Promise<void> {
    const before = token();
    const status = await request(`chains/${part(chain)}`).then(
      () => 200,
      (error: unknown) => (error instanceof RefusedRequest ? error.status : 0),
    );
    if (isClosed) return;
    if (status === 401) return giveUp('There is no connection: this server wants a token.');
    if (status === 404) return giveUp('There is no connection: this chain is no longer served.');
    if (token() === before) return later();
    failures = 0;
    open();
  }

  function later(): void {
    if (failures > ATTEMPTS) return void giveUp('There is no connection: the server cannot be reached.');
    listener.state(`The connection is lost. Connecting again, attempt ${failures} of ${ATTEMPTS}…`);
    timer = setTimeout(open, waitMs(failures));
  }

  function giveUp(says: string): void {
    isGivenUp = true;
    listener.state(says, again);
  }

  function again(): void {
    isGivenUp = false;
    failures = 0;
    listener.state('Connecting…');
    open();
  }
}

const PROTOCOL = 'promptchain.chat.v1';

/** Connecting again would end the same way. */
const REFUSED: ReadonlySet<number> = new Set([1002, 1003, 1007, 1008, 1009]);
