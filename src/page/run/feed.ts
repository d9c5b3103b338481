import type { Event as RunEvent } from '../../core/event.ts';
import { eventsIn } from '../events.ts';
import { type Problem, part, problemOf, request } from '../request.ts';
import type { Given } from '../wire.ts';

/** The events of a run, from its first one on, for as many readers as want them. */
export interface Feed {
  readonly id: string;
  /** Hands over what there is and what comes, until the returned function is called. */
  read(reader: FeedReader): () => void;
  /** Asks the server to end the run; its last events still come. Rejects when it does not. */
  stop(): Promise<void>;
}

export interface FeedReader {
  take(event: RunEvent): void;
  /** Nothing more comes; with a problem, though the run has not said that it ended. */
  end(problem?: Problem): void;
}

const feeds = new Map<string, Feed>();

/** Runs a chain. Resolves when the run has begun, rejects with what the server finds wrong. */
export async function startRun(chain: string, given: Given): Promise<Feed> {
  const leave = new AbortController();
  const response = await request(`chains/${part(chain)}/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ ...given, stream: true }),
    signal: leave.signal,
  });
  const events = eventsIn(response);
  const first = await events.next();
  if (first.done === true) throw new Error('the server sent no events');
  const feed = createFeed(first.value.run_id, [first.value], events, leave);
  feeds.set(feed.id, feed);
  return feed;
}

/** The feed of a run: the one it was started with on this page, or what the server keeps of it. */
export async function openFeed(id: string): Promise<Feed> {
  const known = feeds.get(id);
  if (known !== undefined) return known;
  return createFeed(id, [], eventsIn(await recorded(id, undefined)), undefined);
}

function recorded(id: string, after: number | undefined): Promise<Response> {
  return request(`runs/${part(id)}/events${after === undefined ? '' : `?after=${after}`}`, {
    headers: { accept: 'text/event-stream' },
  });
}

/** `leave` is there for a run that ends when its client goes. */
function createFeed(
  id: string,
  events: RunEvent[],
  source: AsyncGenerator<RunEvent, void>,
  leave: AbortController | undefined,
): Feed {
  const readers = new Set<FeedReader>();
  let ended: { readonly problem?: Problem } | undefined;
  void pull(source);

  return {
    id,
    read(reader) {
      for (const event of events) reader.take(event);
      if (ended === undefined) readers.add(reader);
      else reader.end(ended.problem);
      return () => void readers.delete(reader);
    },
    stop,
  };

  async function pull(from: AsyncGenerator<RunEvent, void>): Promise<void> {
    try {
      for await (const event of from) take(event);
      finish(isOver() ? undefined : { message: 'the server ended the connection before the run had ended' });
    } catch (error) {
      if (leave?.signal.aborted && !isOver()) return afterStop();
      finish(isOver() ? undefined : problemOf(error));
    }
  }

  async function stop(): Promise<void> {
    await request(`runs/${part(id)}/cancel`, { method: 'POST' }).catch((error: unknown) => {
      if (leave === undefined) throw error;
      leave.abort();
    });
  }

  /** What the run still had to say when this page left it. */
  async function afterStop(): Promise<void> {
    leave = undefined;
    try {
      await pull(eventsIn(await recorded(id, lastSeq())));
    } catch (error) {
      finish(problemOf(error));
    }
  }

  function take(event: RunEvent): void {
    if (event.seq <= lastSeq()) return;
    events.push(event);
    for (const reader of readers) reader.take(event);
  }

  function lastSeq(): number {
    return events.at(-1)?.seq ?? -1;
  }

  function finish(problem: Problem | undefined): void {
    ended = problem === undefined ? {} : { problem };
    for (const reader of readers) reader.end(problem);
    readers.clear();
  }

  function isOver(): boolean {
    return (
      events.at(-1)?.type === 'run.completed' || events.at(-1)?.type === 'run.failed' || events.at(-1)?.type === 'run.interrupted'
    );
  }
}
