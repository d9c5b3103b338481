import type { WebSocket } from 'ws';

export interface HeartbeatOptions {
  readonly everyMs: number;
  /** Something waits for the client, and it goes on taking it: the question is behind that. */
  isMoving(socket: WebSocket): boolean;
}

/** Asks each client again and again whether it is there, and cuts off who has not answered by the next time: who reads nothing answers nothing. */
export function createHeartbeat(sockets: Iterable<WebSocket>, { everyMs, isMoving }: HeartbeatOptions): { end(): void } {
  const asked = new WeakSet<WebSocket>();
  const beat = (): void => {
    for (const socket of sockets) {
      if (asked.has(socket)) {
        if (!isMoving(socket)) socket.terminate();
        continue;
      }
      asked.add(socket);
      socket.once('pong', () => asked.delete(socket));
      socket.ping();
    }
  };
  const timer = setInterval(beat, everyMs).unref();
  return { end: () => clearInterval(timer) };
}
