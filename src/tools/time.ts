import { z } from 'zod';
import { defineBuiltIn } from './built-in.ts';
import { describeSpan } from './time-span.ts';
import { instantOf, inZone, zoneOf } from './time-zone.ts';

/** What time it is, and how far apart two times are. */
export const time = defineBuiltIn({
  name: 'time',
  description:
    'Without from: the time now, or the time `at`, in a time zone, as ISO 8601 with weekday. With from: how long it is from one ' +
    'time to another (`to`, by default now), in days, hours, minutes and seconds; negative when `to` is earlier. Times are ISO ' +
    '8601, such as 2026-03-01, 2026-03-01T14:30 or 2026-03-01T14:30:00Z; one without an offset is in the time zone.',
  options: z.strictObject({
    timezone: z.string().max(100).optional().describe("IANA name such as Europe/Berlin, or UTC; by default this machine's"),
    at: z.string().max(100).optional().describe('a time to show in the time zone instead of now'),
    from: z.string().max(100).optional().describe('beginning of the span to measure'),
    to: z.string().max(100).optional().describe('end of the span; by default now'),
  }),
  effect: 'none',
  async run({ timezone, at, from, to }, { io }) {
    const zone = zoneOf(timezone);
    const now = io.clock.now();
    if (from === undefined && to === undefined) {
      const shown = inZone(at === undefined ? now : instantOf(at, zone), zone);
      return {
        text: `${shown.iso} (${shown.weekday}, ${zone}; UTC ${shown.utc})`,
        data: { ...shown, timezone: zone },
      };
    }
    if (from === undefined || at !== undefined) {
      return { text: 'give from, and to if it is not now, for a span; or at alone for a time', isError: true };
    }
    const seconds = ((to === undefined ? now : instantOf(to, zone)) - instantOf(from, zone)) / 1000;
    const span = describeSpan(seconds);
    return { text: `${span.text} (${seconds} seconds, ${span.iso})`, data: { seconds, iso: span.iso } };
  },
});
