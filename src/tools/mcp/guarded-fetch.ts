import { MESSAGE_BYTES } from './limits.ts';

/** What a transport of the SDK does over the network, within bounds. */
export interface Guard {
  readonly fetch: typeof fetch;
  /** A message has come: whoever polls for them does not do so in vain. */
  heard(): void;
}

/**
 * `fetch` for one server. An answer larger than a message may be, is broken off; a stream of the server's own that is opened
 * again and again without anything coming through it is taken for one the server does not offer.
 */
export function guardFetch(onEnd: (request: string) => void): Guard {
  let fruitless = 0;
  return {
    heard() {
      fruitless = 0;
    },
    fetch: async (input, init) => {
      if (init?.method === 'GET') {
        fruitless += 1;
        if (fruitless > MOST_FRUITLESS) return new Response(null, { status: 405 });
      }
      const response = await fetch(input, init);
      const { body } = response;
      if (body === null) return response;
      const stream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
      const sent = init?.method === 'POST' && typeof init.body === 'string' ? init.body : undefined;
      const ended = stream && sent !== undefined ? () => onEnd(sent) : () => undefined;
      const { status, statusText, headers } = response;
      return new Response(limited(body, stream, ended), { status, statusText, headers });
    },
  };
}

const MOST_FRUITLESS = 20;
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
