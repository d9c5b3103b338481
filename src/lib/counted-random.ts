/**
 * Random numbers that are a function of what they are for: `uniform(seed, purpose, iteration, row)`. Nothing is shared between
 * two uses, so what one draws does not depend on which came first. Arithmetic on 32-bit integers, the same in every language.
 */
export function uniform(...key: readonly number[]): number {
  return mix(...key) / 2 ** 32;
}

/** One 32-bit hash of several integers. */
export function mix(...key: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const part of key) hash = scramble((Math.imul(hash ^ part, 0x9e3779b1) + 0x7f4a7c15) >>> 0);
  return hash;
}

/** The finaliser of MurmurHash3. */
export function scramble(value: number): number {
  let hash = value >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A 32-bit hash of the text's UTF-8 bytes: FNV-1a, scrambled. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of encoder.encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return scramble(hash);
}

const encoder = new TextEncoder();

/** A sequence of draws under one key. */
export interface Draws {
  /** From 0 up to, but not including, 1. */
  next(): number;
  /** A whole number from 0 up to, but not including, `bound`. */
  below(bound: number): number;
  /** One of the items, which must not be empty. */
  pick<T>(items: readonly T[]): T;
  shuffled<T>(items: readonly T[]): T[];
}

export function drawsOf(...key: readonly number[]): Draws {
  const base = mix(...key);
  let count = 0;
  const next = (): number => {
    count += 1;
    return uniform(base, count);
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  return {
    next,
    below,
    pick(items) {
      return items[below(items.length)] as (typeof items)[number];
    },
    shuffled(items) {
      const result = [...items];
      for (let last = result.length - 1; last > 0; last -= 1) {
        const other = below(last + 1);
        const moved = result[last] as (typeof result)[number];
        result[last] = result[other] as (typeof result)[number];
        result[other] = moved;
      }
      return result;
    },
  };
}
