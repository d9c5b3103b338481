import type { Event } from '../core/event.ts';

/** A piece of a text that a step or a turn says. */
export type DeltaEvent = Extract<Event, { type: 'step.delta' | 'turn.delta' | 'step.reasoning_delta' }>;

/** What follows begins on a line of its own. */
export type TextEnd = Extract<Event, { type: (typeof ENDS)[number] }>;

const ENDS = ['step.completed', 'step.failed', 'step.retrying', 'turn.completed'] as const;

export function isDelta(event: Event): event is DeltaEvent {
  return event.type === 'step.delta' || event.type === 'turn.delta' || event.type === 'step.reasoning_delta';
}

/** The text that was being said is over. */
export function endsText(event: Event): event is TextEnd {
  return (ENDS as readonly string[]).includes(event.type);
}
