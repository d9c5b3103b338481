import { ToolError } from '../core/errors.ts';
import { nearest } from '../lib/nearest.ts';

export interface ZonedTime {
  /** With the offset of the zone. */
  readonly iso: string;
  readonly utc: string;
  readonly weekday: string;
  /** Seconds since 1970. */
  readonly unix: number;
}

/** The time zone's own name; this machine's without one. Throws `ToolError` for a name that is none. */
export function zoneOf(name: string | undefined): string {
  try {
    return new Intl.DateTimeFormat('en', name === undefined ? {} : { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    const near = nearest(name ?? '', Intl.supportedValuesOf('timeZone'));
    const help = near === undefined ? 'use an IANA name such as Europe/Berlin, or UTC' : `did you mean "${near}"?`;
    throw new ToolError(`there is no time zone "${name}"`, { code: 'PC7046', reason: 'tool', help });
  }
}

/** Milliseconds since 1970 of an ISO 8601 time; without an offset it is what clocks in the zone show. */
export function instantOf(text: string, zone: string): number {
  const parts = ISO.exec(text.trim())?.groups;
  if (parts === undefined) throw notATime(text);
  const { date = '', clock = '00:00', offset } = parts;
  const local = Date.parse(`${date}T${clock}Z`);
  // Date.parse takes the 30th of February for the 2nd of March.
  if (Number.isNaN(local) || new Date(local).toISOString().slice(0, 10) !== date) throw notATime(text);
  if (offset !== undefined) return withOffset(local, offset, text);
  const guess = local - offsetMs(local, zone);
  return local - offsetMs(guess, zone);
}

function withOffset(local: number, offset: string, text: string): number {
  const [, sign, hours = '00', minutes = '00'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(offset) ?? [];
  if (Number(hours) > 23 || Number(minutes) > 59) throw notATime(text);
  const ms = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === '-' ? local + ms : local - ms;
}

export function inZone(instant: number, zone: string): ZonedTime {
  const offset = offsetMs(instant, zone);
  const local = new Date(instant + offset).toISOString().slice(0, 19);
  const weekday = new Intl.DateTimeFormat('en', { timeZone: zone, weekday: 'long' }).format(instant);
  const utc = `${new Date(instant).toISOString().slice(0, 19)}Z`;
  return { iso: local + offsetText(offset), utc, weekday, unix: Math.floor(instant / 1000) };
}

const ISO =
  /^(?<date>\d{4}-\d{2}-\d{2})(?:[T ](?<clock>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(?<offset>Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/** What clocks in the zone are ahead of UTC by, at an instant. */
function offsetMs(instant: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(instant);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
  const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return shown - Math.floor(instant / 1000) * 1000;
}

function offsetText(ms: number): string {
  const minutes = Math.abs(Math.round(ms / 60_000));
  const two = (value: number) => String(value).padStart(2, '0');
  return `${ms < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function notATime(text: string): ToolError {
  return new ToolError(`"${text}" is not a time`, {
    code: 'PC7046',
    reason: 'tool',
    help: 'write it as ISO 8601, such as 2026-03-01, 2026-03-01T14:30 or 2026-03-01T14:30:00Z',
  });
}
