import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Event } from '../core/event.ts';
import type { ServerState } from './state.ts';

/**
 * Events as a stream of server-sent events, `id` being `seq`. The next one is asked for when the client has taken the last, and
 * a comment goes out where nothing else does. `gone` is called when the client has left; the events are then read to their end.
 */
export function eventStream(context: Context, events: AsyncIterable<Event>, state: ServerState, gone: () => void): Response {
  context.header('x-accel-buffering', 'no');
  const response = streamSSE(
    context,
    async (sse) => {
      const closed = state.metrics.opened('sse');
      let writing: Promise<unknown> | undefined;
      const beat = setInterval(() => {
        writing ??= sse.write(': \n\n').finally(() => {
          writing = undefined;
        });
      }, state.heartbeatMs);
      sse.onAbort(gone);
      try {
        for await (const event of events) {
          await writing;
          beat.refresh();
          await sse.writeSSE({ id: String(event.seq), event: event.type, data: JSON.stringify(event) });
        }
      } finally {
        clearInterval(beat);
        closed();
      }
    },
    async (error) => state.report(error),
  );
  response.headers.set('cache-control', 'no-store');
  return response;
}
