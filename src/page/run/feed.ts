import type { Event as RunEvent } from '../../core/event.ts';
import { getJson, type Problem, part, request } from '../request.ts';
import type { TellConnection } from '../retries.ts';
import type { RunView } from '../wire.ts';
import { followRun } from './follow.ts';
import { heldFeed } from './held-feed.ts';

/** The events of a run, from its first one on. */
export interface Feed {
  /** The name of the chain. */
  readonly chain: string;
  /** The run ends when this page does, since the server keeps none that another page could find. */
  readonly endsWithPage: boolean;
  /** Hands over what there is and what comes, until the returned function is called. */
  read(reader: FeedReader): () => void;
}

export interface FeedReader {
  take(event: RunEvent): void;
  /** Nothing more comes; with a problem, though the run has not said that it ended. */
  end(problem?: Problem): void;
  /** The connection to the server. */
  readonly connection: TellConnection;
}

/** The feed of a run. Rejects when the server knows of none with that id. */
export async function openFeed(id: string): Promise<Feed> {
  const held = heldFeed(id);
  if (held !== undefined) return held;
  const { chain } = await getJson<RunView>(`runs/${part(id)}`);
  return { chain, endsWithPage: false, read: (reader) => followRun(id, reader) };
}

/** Asks the server to end a run; its last events still come. */
export async function stopRun(id: string): Promise<void> {
  await request(`runs/${part(id)}/cancel`, { method: 'POST' });
}
