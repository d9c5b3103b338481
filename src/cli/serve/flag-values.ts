import { isIP } from 'node:net';
import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../../lib/duration.ts';
import type { Rate } from '../../serve/guards/rate.ts';

/** Whether there is such an address, is found when it is listened on. */
export function listenHost(text: string): string {
  if (/^[\w.:%-]+$/.test(text)) return text;
  throw new InvalidArgumentError('It is not an address, such as 127.0.0.1, ::1 or 0.0.0.0.');
}

/** A name as a `Host` header has it, without its port. */
export function hostName(text: string): string {
  if (/^[\w.-]+$/.test(text) || isIP(text) !== 0) return text;
  throw new InvalidArgumentError('It is not the name of a host, such as chains.example.com, without a scheme and a port.');
}

export function listenPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new InvalidArgumentError('It is not a port.');
}

/** A whole number from 1. */
export function count(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is not a whole number from 1.');
}

/** Milliseconds. */
export function durationMs(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= 1 && ms <= DAY_MS) return ms;
  throw new InvalidArgumentError('It is not a duration up to a day, such as 500ms, 30s or 2m.');
}

/** Bytes. */
export function size(text: string): number {
  const [, amount, unit = ''] = /^(\d{1,9})(kb|mb|)$/i.exec(text) ?? [];
  const bytes = Number(amount) * (UNIT_BYTES[unit.toLowerCase()] ?? 1);
  if (amount !== undefined && bytes > 0 && bytes <= LARGEST_BODY) return bytes;
  throw new InvalidArgumentError('It is not a size up to 256mb, such as 500kb or 4mb.');
}

/** `60/m` is sixty in any minute. */
export function rate(text: string): Rate {
  const [, amount, unit = ''] = /^([1-9]\d{0,8})\/([smh])$/.exec(text) ?? [];
  const periodMs = PERIOD_MS[unit];
  if (amount !== undefined && periodMs !== undefined) return { requests: Number(amount), periodMs };
  throw new InvalidArgumentError('It is not a rate, such as 10/s, 60/m or 1000/h.');
}

const DAY_MS = 24 * 60 * 60 * 1000;
const UNIT_BYTES: Readonly<Record<string, number>> = { kb: 1024, mb: 1024 ** 2 };
const LARGEST_BODY = 256 * 1024 ** 2;
const PERIOD_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
