import { divide, negate, type Outcome } from './arithmetic-operators.ts';
import { bitsOf, type Exact, fraction, toDouble } from './exact.ts';

interface ArithmeticFunction {
  /** How many numbers it takes. */
  readonly least: number;
  readonly most: number;
  of(args: readonly Exact[]): Outcome;
}

const one = (of: (value: Exact) => Outcome): ArithmeticFunction => ({
  least: 1,
  most: 1,
  of: ([value = 0]) => of(value),
});
const double = (of: (value: number) => number): ArithmeticFunction => one((value) => of(toDouble(value)));

export const FUNCTIONS: Readonly<Record<string, ArithmeticFunction>> = {
  sqrt: one(root),
  abs: one((value) => (toDouble(value) < 0 ? negate(value) : value)),
  round: { least: 1, most: 2, of: ([value = 0, digits = 0]) => rounded(value, toDouble(digits)) },
  floor: one((value) => floored(value)),
  ceil: one((value) => negate(floored(negate(value)))),
  min: { least: 1, most: 1_000, of: (args) => args.reduce((a, b) => (isLess(b, a) ? b : a)) },
  max: { least: 1, most: 1_000, of: (args) => args.reduce((a, b) => (isLess(a, b) ? b : a)) },
  exp: double(Math.exp),
  ln: one((value) => logarithm(value, Math.log)),
  log: {
    least: 1,
    most: 2,
    of: ([value = 0, base]) => (base === undefined ? logarithm(value, Math.log) : logarithmTo(value, base)),
  },
  log10: one((value) => logarithm(value, Math.log10)),
  log2: one((value) => logarithm(value, Math.log2)),
  sin: double(Math.sin),
  cos: double(Math.cos),
  tan: double(Math.tan),
};

export const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E };

/** Exact for squares of fractions. */
function root(value: Exact): Outcome {
  if (toDouble(value) < 0) return 'a negative number has no square root';
  if (typeof value === 'number') return Math.sqrt(value);
  const [n, d] = [wholeRoot(value.n), wholeRoot(value.d)];
  return n * n === value.n && d * d === value.d ? { n, d } : Math.sqrt(toDouble(value));
}

/** The largest whole number whose square is not above `value`, by Newton's method. */
function wholeRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let guess = 1n << BigInt(Math.ceil(bitsOf(value) / 2) + 1);
  for (;;) {
    const next = (guess + value / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

/** To the nearest, halves away from zero; below the point for negative digits. */
function rounded(value: Exact, digits: number): Outcome {
  if (!Number.isInteger(digits) || Math.abs(digits) > 100) return 'round takes a whole number of digits from -100 to 100';
  const exact = exactly(value);
  const scale = 10n ** BigInt(Math.abs(digits));
  const [n, d] = digits < 0 ? [exact.n, exact.d * scale] : [exact.n * scale, exact.d];
  const size = ((n < 0n ? -n : n) * 2n + d) / (2n * d);
  const nearest = n < 0n ? -size : size;
  return digits < 0 ? fraction(nearest * scale, 1n) : fraction(nearest, scale);
}

function floored(value: Exact): Exact {
  const { n, d } = exactly(value);
  return { n: n >= 0n ? n / d : -((-n + d - 1n) / d), d: 1n };
}

/** A double is a fraction too: what its digits say, as a reader would take them. */
function exactly(value: Exact): Exclude<Exact, number> {
  if (typeof value !== 'number') return value;
  if (Number.isInteger(value)) return { n: BigInt(value), d: 1n };
  const [mantissa = '0', exponent = '0'] = Number(value.toPrecision(15)).toExponential().split('e');
  const [first = '0', part = ''] = mantissa.split('.');
  const power = Number(exponent) - part.length;
  const digits = BigInt(first + part);
  const exact = power < 0 ? { n: digits, d: 10n ** BigInt(-power) } : { n: digits * 10n ** BigInt(power), d: 1n };
  return exact;
}

function isLess(a: Exact, b: Exact): boolean {
  if (typeof a === 'number' || typeof b === 'number') return toDouble(a) < toDouble(b);
  return a.n * b.d < b.n * a.d;
}

function logarithm(value: Exact, of: (value: number) => number): Outcome {
  if (toDouble(value) <= 0) return 'a logarithm needs a number above 0';
  return of(toDouble(value));
}

function logarithmTo(value: Exact, base: Exact): Outcome {
  const [above, below] = [logarithm(value, Math.log), logarithm(base, Math.log)];
  if (typeof above === 'string') return above;
  return typeof below === 'string' ? below : divide(above, below);
}
