import { setTimeout as delay } from 'node:timers/promises';
import { MESSAGE_BYTES } from './limits.ts';

/**
 * `fetch` for one server, within bounds: an answer larger than a message may be is broken off, and a stream that the server
 * closes again and again is opened a few times a second at most, whatever it asks for. `onEnd` hears which request's stream of
 * answers has ended.
 */
export function guardedFetch(onEnd: (request: string) => void): typeof fetch {
  let nextGetAt = 0;
  return async (input, init) => {
    if (init?.method === 'GET') {
      const waitMs = nextGetAt - performance.now();
      nextGetAt = Math.max(nextGetAt, performance.now()) + BETWEEN_GETS_MS;
      if (waitMs > 0) await delay(waitMs, undefined, init.signal ? { signal: init.signal } : {});
    }
    const response = await fetch(input, init);
    const { body } = response;
    if (body === null) return response;
    const stream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
    const sent = init?.method === 'POST' && typeof init.body === 'string' ? init.body : undefined;
    const ended = stream && sent !== undefined ? () => onEnd(sent) : () => undefined;
    const { status, statusText, headers } = response;
    return new Response(limited(body, stream, ended), { status, statusText, headers });
  };
}

const BETWEEN_GETS_MS = 200;
const NEWLINE = 0x0a;

/** A stream is counted from line to line, since it may live long; anything else as a whole. */
function limited(body: ReadableStream<Uint8Array>, stream: boolean, ended: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let bytes = 0;
  return new ReadableStream({
    async pull(controller) {
      try {
        const { value, done } = await reader.read();
        if (done) {
          controller.close();
          return ended();
        }
        bytes = stream && value.includes(NEWLINE) ? value.length : bytes + value.length;
        if (bytes > MESSAGE_BYTES) throw new Error(`an answer has more than ${MESSAGE_BYTES / 1024 / 1024} MiB`);
        controller.enqueue(value);
      } catch (error) {
        controller.error(error);
        await reader.cancel().catch(() => undefined);
        ended();
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
