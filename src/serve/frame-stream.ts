import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { bodyOf } from './refusal.ts';
import { INTERNAL, refusalFor } from './refusal-for.ts';
import type { ServerState } from './state.ts';

/** One server-sent event. */
export interface Frame {
  readonly id?: string;
  readonly event?: string;
  readonly data: string;
}

/**
 * A stream of server-sent events. The next frame is asked for when the client has taken the last, and a comment goes out where
 * nothing else does. `gone` is called when the client has left; the frames are then read to their end. What they throw becomes
 * a last frame, in the words of whoever asked.
 */
export function frameStream(
  context: Context,
  frames: AsyncIterable<Frame>,
  { state, gone }: { readonly state: ServerState; gone(): void },
): Response {
  context.header('x-accel-buffering', 'no');
  if (context.req.method === 'HEAD') {
    // The body is dropped and would wait for a reader for ever.
    gone();
    return context.body(null, 200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  }
  const response = streamSSE(context, async (sse) => {
    const closed = state.metrics.opened('sse');
    let writing: Promise<unknown> | undefined;
    const beat = setInterval(() => {
      writing ??= sse.write(': \n\n').finally(() => {
        writing = undefined;
      });
    }, state.heartbeatMs);
    sse.onAbort(gone);
    try {
      for await (const frame of frames) {
        await writing;
        beat.refresh();
        await sse.writeSSE(frame);
      }
    } catch (error) {
      const refusal = refusalFor(error);
      if (refusal === INTERNAL) state.report(error);
      await sse.writeSSE({ event: 'error', data: JSON.stringify(bodyOf(refusal, context.req.path)) });
    } finally {
      clearInterval(beat);
      closed();
    }
  });
  response.headers.set('cache-control', 'no-store');
  // Hono's words for HTTP/1.1; a client of 1.0 knows no chunks, and what fits is set by Node.
  response.headers.delete('transfer-encoding');
  response.headers.delete('connection');
  return response;
}
