import { createParser } from 'eventsource-parser';
import type { Event } from '../../src/core/event.ts';
import { within } from './serving.ts';

export interface Told {
  readonly id: string | undefined;
  readonly event: Event;
}

/** Reads server-sent events; `comment` counts what else was sent to keep the connection. */
export async function* eventsIn(response: Response, comment: () => void = () => undefined): AsyncGenerator<Told, void> {
  const told: Told[] = [];
  const parser = createParser({
    onEvent: ({ id, event, data }) => {
      const parsed = JSON.parse(data) as Event;
      if (parsed.type !== event) throw new Error(`an event of type ${parsed.type} is named ${event}`);
      told.push({ id, event: parsed });
    },
    onComment: comment,
  });
  const decoder = new TextDecoder();
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  for (;;) {
    const { done, value } = await within(reader.read(), 'the stream says nothing');
    if (done) return;
    parser.feed(decoder.decode(value, { stream: true }));
    yield* told.splice(0);
  }
}

export async function allEvents(response: Response): Promise<readonly Event[]> {
  const events: Event[] = [];
  for await (const { event } of eventsIn(response)) events.push(event);
  return events;
}

/** Reads until an event of the type; the rest stays unread. */
export async function upTo(events: AsyncGenerator<Told, void>, type: Event['type']): Promise<Told> {
  for (;;) {
    const next = await events.next();
    if (next.done) throw new Error(`the stream ended without ${type}`);
    if (next.value.event.type === type) return next.value;
  }
}
