import type { Event } from '../core/event.ts';

/** What follows begins on a line of its own. */
export type TextEnd = Extract<Event, { type: (typeof ENDS)[number] }>;

const ENDS = ['step.completed', 'step.failed', 'step.retrying', 'turn.completed'] as const;

/** The text that was being said is over. */
export function endsText(event: Event): event is TextEnd {
  return (ENDS as readonly string[]).includes(event.type);
}
