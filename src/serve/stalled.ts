import type { ServerResponse } from 'node:http';

/** Hangs up on clients that have taken nothing for `afterMs` while something waits for them. Every response is to be shown to it. */
export function createStallWatch(afterMs: number): { add(response: ServerResponse): void; end(): void } {
  const blocked = new Map<ServerResponse, number>();
  const look = (): void => {
    const now = performance.now();
    for (const [response, since] of blocked) {
      if (!isBlocked(response)) blocked.set(response, now);
      else if (now - since >= afterMs) response.destroy();
    }
  };
  const timer = setInterval(look, Math.max(50, afterMs / 4)).unref();
  return {
    add(response) {
      blocked.set(response, performance.now());
      const moved = (): void => void blocked.set(response, performance.now());
      response.on('drain', moved).once('close', () => blocked.delete(response));
    },
    end: () => clearInterval(timer),
  };
}

/** Something was written and has not left. */
function isBlocked({ writableNeedDrain, writableEnded, writableFinished }: ServerResponse): boolean {
  return writableNeedDrain || (writableEnded && !writableFinished);
}
