import type { WebSocket } from 'ws';
import type { ChatLimits } from './limits.ts';

/** How much waits for each client, and whether it goes on taking it: a slow line is no reason to hang up, a dead one is. */
export interface Patience {
  /** Is asked before each frame. True for a client that has too much waiting. */
  isOver(socket: WebSocket): boolean;
  /** Some of what waited has left, or the connection has ended. */
  moved(socket: WebSocket): void;
  /** Something waits for the client, and it goes on taking it. */
  isMoving(socket: WebSocket): boolean;
}

type Limits = Pick<ChatLimits, 'unreadBytes' | 'slowBytes' | 'slowBytesOfAll' | 'stallMs'>;

export function createPatience({ unreadBytes, slowBytes, slowBytesOfAll, stallMs }: Limits): Patience {
  const movedAt = new WeakMap<WebSocket, number>();
  /** What waits beyond `unreadBytes`. */
  const beyond = new Map<WebSocket, number>();
  let all = 0;

  function measure(socket: WebSocket): number {
    const bytes = socket.readyState === socket.OPEN ? Math.max(0, socket.bufferedAmount - unreadBytes) : 0;
    all += bytes - (beyond.get(socket) ?? 0);
    if (bytes > 0) beyond.set(socket, bytes);
    else beyond.delete(socket);
    return bytes;
  }

  function hasStalled(socket: WebSocket): boolean {
    return performance.now() - (movedAt.get(socket) ?? 0) > stallMs;
  }

  return {
    isOver(socket) {
      if (socket.bufferedAmount === 0) movedAt.set(socket, performance.now());
      const bytes = measure(socket);
      return bytes > 0 && (unreadBytes + bytes > slowBytes || all > slowBytesOfAll || hasStalled(socket));
    },
    moved(socket) {
      movedAt.set(socket, performance.now());
      measure(socket);
    },
    isMoving: (socket) => socket.bufferedAmount > 0 && !hasStalled(socket),
  };
}
