import type { Context } from 'hono';
import type { Event } from '../core/event.ts';
import { type Frame, frameStream } from './frame-stream.ts';
import type { ServerState } from './state.ts';

/** The events of a run as a stream, `id` being `seq`. `gone` is called when the client has left. */
export function eventStream(context: Context, events: AsyncIterable<Event>, state: ServerState, gone: () => void): Response {
  return frameStream(context, framesOf(events), { state, gone });
}

async function* framesOf(events: AsyncIterable<Event>): AsyncGenerator<Frame> {
  for await (const event of events) yield { id: String(event.seq), event: event.type, data: JSON.stringify(event) };
}
