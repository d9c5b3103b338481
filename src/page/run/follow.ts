import type { Event as RunEvent } from '../../core/event.ts';
import type { RunResult } from '../../core/run.ts';
import { eventsIn } from '../events.ts';
import { getJson, part, problemOf, RefusedRequest, request } from '../request.ts';
import { createRetries, pause } from '../retries.ts';
import type { RunView } from '../wire.ts';
import type { FeedReader } from './feed.ts';
import { isEnd } from './is-end.ts';

/**
 * Hands over the events that the server has of a run, then those that come, until the returned function is called. A connection
 * that is lost comes back by itself, after the last event that was seen; the run does not depend on it.
 */
export function followRun(id: string, { take, end, connection }: FeedReader): () => void {
  const leave = new AbortController();
  const { signal } = leave;
  const retries = createRetries(connection, signal);
  let last = -1;
  let isSettled = false;
  void follow();
  return () => leave.abort();

  async function follow(): Promise<void> {
    try {
      while (!(await isOver())) await pause(LOOK_MS, signal);
      end();
    } catch (error) {
      if (signal.aborted) return;
      if (!isPassing(error)) return end(problemOf(error));
      await retries.wait();
      void follow();
    }
  }

  /** Takes what there is and what comes. False for a run that goes on and is not told of here: it is another process's. */
  async function isOver(): Promise<boolean> {
    for await (const event of eventsIn(await eventsAfter())) {
      if (signal.aborted) return true;
      retries.stands();
      last = event.seq;
      take(event);
      if (isEnd(event)) return true;
    }
    const view = await getJson<RunView>(`runs/${part(id)}`, signal);
    retries.stands();
    if (view.result === null) return false;
    if (!isSettled) {
      // It may have told its end between the events and the question.
      isSettled = true;
      return isOver();
    }
    take(endOf(view, view.result, last + 1));
    return true;
  }

  function eventsAfter(): Promise<Response> {
    const after = last < 0 ? '' : `?after=${last}`;
    return request(`runs/${part(id)}/events${after}`, { headers: { accept: 'text/event-stream' }, signal });
  }
}

/** The connection failed, or the server for now; all else it would say again. */
function isPassing(error: unknown): boolean {
  return !(error instanceof RefusedRequest) || error.status === 0 || error.status === 429 || error.status >= 500;
}

/** What a run whose process was killed could not say itself. */
function endOf({ id, started }: RunView, result: RunResult, seq: number): RunEvent {
  const ts = new Date(Date.parse(started) + result.duration_ms).toISOString();
  return { v: 1, seq, ts, run_id: id, type: 'run.interrupted', result };
}

/** How often to look for what another process has written. */
const LOOK_MS = 2000;
