import type { Event as RunEvent } from '../../core/event.ts';
import { eventsIn } from '../events.ts';
import { type Problem, part, problemOf, request } from '../request.ts';
import type { Given } from '../wire.ts';
import type { Feed, FeedReader } from './feed.ts';
import { isEnd } from './is-end.ts';

const feeds = new Map<string, Feed>();

/** The feed of a run that was started here and is held by this page alone. */
export function heldFeed(id: string): Feed | undefined {
  return feeds.get(id);
}

/** Runs a chain where the server keeps no runs: what it tells is heard here or nowhere, and it ends with the page. */
export async function startHeldRun(chain: string, given: Given): Promise<string> {
  const response = await request(`chains/${part(chain)}/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ ...given, stream: true }),
  });
  const events = eventsIn(response);
  const first = await events.next();
  if (first.done === true) throw new Error('the server sent no events');
  const { run_id: id } = first.value;
  feeds.set(id, createFeed(chain, first.value, events));
  return id;
}

function createFeed(chain: string, first: RunEvent, rest: AsyncGenerator<RunEvent, void>): Feed {
  const events = [first];
  const readers = new Set<FeedReader>();
  let ended: { readonly problem?: Problem } | undefined;
  void pull();

  return {
    chain,
    endsWithPage: true,
    read(reader) {
      for (const event of events) reader.take(event);
      if (ended === undefined) readers.add(reader);
      else reader.end(ended.problem);
      return () => void readers.delete(reader);
    },
  };

  async function pull(): Promise<void> {
    try {
      for await (const event of rest) {
        events.push(event);
        for (const reader of readers) reader.take(event);
      }
      finish({ message: 'the server ended the connection before the run had ended' });
    } catch (error) {
      finish(problemOf(error));
    }
  }

  function finish(problem: Problem): void {
    const last = events.at(-1);
    ended = last !== undefined && isEnd(last) ? {} : { problem };
    for (const reader of readers) reader.end(ended.problem);
    readers.clear();
  }
}
