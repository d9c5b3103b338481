import { createParser } from 'eventsource-parser';
import type { Event as RunEvent } from '../core/event.ts';

/** The events of a run in an answer of the server, as they come. Leaving the loop closes the connection. */
export async function* eventsIn(response: Response): AsyncGenerator<RunEvent, void> {
  if (response.body === null) return;
  const waiting: RunEvent[] = [];
  const parser = createParser({
    onEvent: ({ data }) => {
      waiting.push(JSON.parse(data) as RunEvent);
    },
  });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      parser.feed(value);
      yield* waiting.splice(0);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
