import type { Event, RunEnded, RunStarted } from '../core/event.ts';
import { isJsonObject, type JsonObject } from '../core/json.ts';
import { isIdentity, livenessOf, type ProcessIdentity } from './process-identity.ts';

/** What a journal's text holds. */
export interface JournalLines {
  readonly events: readonly Event[];
  /** The process that wrote it, the last of several; undefined when no line tells. */
  readonly writer: ProcessIdentity | undefined;
  /** What the run was given, as its first line tells. */
  readonly given: JsonObject | undefined;
  /** Lines that cannot be read, from 1, with the byte they start at. */
  readonly unreadable: readonly { readonly line: number; readonly byte: number }[];
}

/** Reads every line that ends: one that was cut off by a kill is no event yet. */
export function parseJournal(bytes: Buffer): JournalLines {
  const events: Event[] = [];
  const unreadable: { line: number; byte: number }[] = [];
  let writer: ProcessIdentity | undefined;
  let given: JsonObject | undefined;
  let start = 0;
  for (let line = 1, end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start), line++) {
    const parsed = parseEvent(bytes.toString('utf8', start, end));
    if (parsed === undefined) unreadable.push({ line, byte: start });
    else events.push(parsed.event);
    writer = parsed?.writer ?? writer;
    given ??= parsed?.given;
    start = end + 1;
  }
  return { events, writer, given, unreadable };
}

interface JournalLine {
  readonly event: Event;
  readonly writer: ProcessIdentity | undefined;
  readonly given: JsonObject | undefined;
}

/** One line of a journal; undefined when it is not an event. */
export function parseEvent(text: string): JournalLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(value) || typeof value.type !== 'string' || typeof value.seq !== 'number') return undefined;
  const { writer, given, ...event } = value;
  return {
    event: event as unknown as Event,
    writer: isIdentity(writer) ? writer : undefined,
    given: isJsonObject(given) ? given : undefined,
  };
}

export function isEnd(event: Event): event is Event & RunEnded {
  return event.type === 'run.completed' || event.type === 'run.failed' || event.type === 'run.interrupted';
}

export function isStart(event: Event): event is Event & RunStarted {
  return event.type === 'run.started';
}

/** A journal without an end belongs to a run that goes on, or was killed. */
export function isRunning(writer: ProcessIdentity | undefined): boolean {
  return writer !== undefined && livenessOf(writer) === 'alive';
}

const LINE_FEED = 0x0a;
