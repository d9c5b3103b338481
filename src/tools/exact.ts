/** A number: a fraction in lowest terms with a positive denominator, or a double where no fraction can say it. */
export type Exact = { readonly n: bigint; readonly d: bigint } | number;

/** The fraction, or the nearest double when its terms have grown out of hand. */
export function fraction(n: bigint, d: bigint): Exact {
  const sign = d < 0n ? -1n : 1n;
  const common = gcd(n < 0n ? -n : n, d < 0n ? -d : d);
  const exact = { n: (sign * n) / common, d: (sign * d) / common };
  if (exact.d === 1n || (bitsOf(exact.n) <= MOST_BITS && bitsOf(exact.d) <= MOST_BITS)) return exact;
  return toDouble(exact);
}

export function toDouble(value: Exact): number {
  if (typeof value === 'number') return value;
  const shift = BigInt(Math.max(0, bitsOf(value.n) - 1_000, bitsOf(value.d) - 1_000));
  return Number(value.n >> shift) / Number(value.d >> shift);
}

/** The number in digits: whole numbers in full, decimals as far as they go or to 15 digits. */
export function exactText(value: Exact): string {
  if (typeof value !== 'number' && value.d === 1n) return String(value.n);
  const rounded = Number(toDouble(value).toPrecision(15));
  return String(Object.is(rounded, -0) ? 0 : rounded);
}

/** As many bits as 1,000 decimal digits take. */
export const MOST_BITS = 3_322;

export function bitsOf(value: bigint): number {
  return (value < 0n ? -value : value).toString(16).length * 4;
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
