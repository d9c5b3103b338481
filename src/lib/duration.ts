import { z } from 'zod';

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** The longest a timer of the runtime can wait. */
const LONGEST_MS = 2 ** 31 - 1;

/** A length of time with its unit, such as `90s`: parsed to milliseconds. */
export const duration = () =>
  z
    .string({ error: 'needs a unit: write 500ms, 90s, 3m, 1h or 2d' })
    .regex(DURATION, 'must be a number and a unit: 500ms, 90s, 3m, 1h or 2d')
    .transform((source) => parseDuration(source) ?? LONGEST_MS)
    .refine((ms) => ms > 0 && ms <= LONGEST_MS, 'must be more than 0 and at most 24 days');

/** The same for what no timer waits for. */
export const age = () =>
  z
    .string()
    .regex(DURATION, 'must be an age such as 12h or 7d')
    .transform((source) => parseDuration(source) ?? 0)
    .refine((ms) => ms > 0, 'must be more than 0');

/** Milliseconds; undefined when `source` is not a number and a unit. */
export function parseDuration(source: string): number | undefined {
  const [, amount, unit] = DURATION.exec(source) ?? [];
  return amount === undefined || unit === undefined ? undefined : Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
}
