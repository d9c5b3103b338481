import { type DeltaEvent, type Event, isDelta } from '../core/event.ts';
import { endsText, type TextEnd } from './text-events.ts';

/** Events that wait to be told, in bounded memory. */
export interface HeldEvents {
  /**
   * To be asked of every event first: what is to be told in its place. Nothing for a piece of a text whose beginning was
   * dropped, and with the end of such a text all of it.
   */
  told(event: Event): readonly Event[];
  hold(event: Event): void;
  /** What was held, in order; nothing is held then. */
  take(): readonly Event[];
}

/**
 * Holds events until they are taken. Texts that come in pieces are dropped once they take too much room: the event they end
 * with has the whole of them, and is in memory in any case.
 */
export function holdEvents(limit = LARGEST): HeldEvents {
  let held: Event[] = [];
  let size = 0;
  /** Texts that were dropped and have not ended. */
  const dropped = new Set<string>();
  /** Texts told as a whole. */
  const whole = new WeakSet<Event>();

  const told = (event: Event): readonly Event[] => {
    if (isDelta(event)) return dropped.has(nameOf(event)) && !whole.has(event) ? [] : [event];
    if (!endsText(event)) return [event];
    const text = textOf(event);
    const isMissing = text !== undefined && dropped.has(nameOf(text));
    forget(event);
    if (!isMissing || text.text === '') return [event];
    whole.add(text);
    return [text, event];
  };

  /** A step that has ended or begins anew has no text any more, a turn no text of its own. */
  const forget = (event: TextEnd): void => {
    for (const name of dropped) {
      const [step, turn] = JSON.parse(name) as [string, string];
      if (step === event.step && (event.type !== 'turn.completed' || turn === '' || turn === event.turn)) dropped.delete(name);
    }
  };

  const drop = (): void => {
    const before = held;
    held = [];
    size = 0;
    for (const event of before) {
      if (isDelta(event) && !whole.has(event)) dropped.add(nameOf(event));
      else held.push(...told(event));
    }
  };

  return {
    told,
    hold(event) {
      held.push(event);
      if (!isDelta(event) || whole.has(event)) return;
      size += event.text.length + AROUND;
      if (size > limit) drop();
    },
    take() {
      const all = held;
      held = [];
      size = 0;
      return all;
    },
  };
}

/** Characters. */
const LARGEST = 4_000_000;

/** What a piece takes besides its text. */
const AROUND = 200;

function nameOf(event: DeltaEvent): string {
  return JSON.stringify([event.step, event.type === 'turn.delta' ? event.turn : '', event.type]);
}

/** The text that an event ends, in one piece; undefined where the event does not have it. */
function textOf(event: TextEnd): DeltaEvent | undefined {
  const { v, seq, ts, run_id, step } = event;
  const about = { v, seq, ts, run_id, step };
  switch (event.type) {
    case 'turn.completed':
      return { ...about, type: 'turn.delta', turn: event.turn, text: event.text };
    case 'step.completed':
      return { ...about, type: 'step.delta', text: event.output };
    case 'step.failed':
      return { ...about, type: 'step.delta', text: event.partial ?? '' };
    case 'step.retrying':
      return undefined;
  }
}
