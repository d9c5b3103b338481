import type { RunEnded, Event as RunEvent } from '../../core/event.ts';

/** The last event of a run. */
export function isEnd(event: RunEvent): event is Extract<RunEvent, RunEnded> {
  return event.type === 'run.completed' || event.type === 'run.failed' || event.type === 'run.interrupted';
}
