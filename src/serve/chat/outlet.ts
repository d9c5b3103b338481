import type { WebSocket } from 'ws';
import type { ChatLimits } from './limits.ts';
import type { Patience } from './patience.ts';
import { CLOSE } from './protocol.ts';

/** The way to one client. It never waits: a client that does not read is closed, and what waits for it has a limit. */
export interface Outlet {
  /** The bytes are kept until they have left, so they are nobody's to change. */
  send(frame: Buffer): void;
  /** The first reason counts; a client that does not close from its side is cut off. */
  close(code: number, reason: string): void;
}

export function createOutlet(socket: WebSocket, patience: Patience, { farewellMs }: Pick<ChatLimits, 'farewellMs'>): Outlet {
  const moved = (): void => patience.moved(socket);
  socket.once('close', moved);
  const close = (code: number, reason: string): void => {
    if (socket.readyState !== socket.OPEN) return;
    socket.close(code, reason);
    const cut = setTimeout(() => socket.terminate(), farewellMs).unref();
    socket.once('close', () => clearTimeout(cut));
  };
  return {
    close,
    send(frame) {
      if (socket.readyState !== socket.OPEN) return;
      if (patience.isOver(socket)) return close(CLOSE.tryLater, 'you read too slowly');
      socket.send(frame, { binary: false }, moved);
    },
  };
}
