import { bitsOf, type Exact, fraction, MOST_BITS, toDouble } from './exact.ts';

/** An operation gives a number, or a text that says why there is none. */
export type Outcome = Exact | string;

export function add(a: Exact, b: Exact): Outcome {
  return bothExact(
    a,
    b,
    (x, y) => fraction(x.n * y.d + y.n * x.d, x.d * y.d),
    (x, y) => x + y,
  );
}

export function subtract(a: Exact, b: Exact): Outcome {
  return add(a, negate(b));
}

export function multiply(a: Exact, b: Exact): Outcome {
  return bothExact(
    a,
    b,
    (x, y) => fraction(x.n * y.n, x.d * y.d),
    (x, y) => x * y,
  );
}

export function divide(a: Exact, b: Exact): Outcome {
  if (toDouble(b) === 0 && isZero(b)) return 'division by zero';
  return bothExact(
    a,
    b,
    (x, y) => fraction(x.n * y.d, x.d * y.n),
    (x, y) => x / y,
  );
}

/** What is left when the quotient is cut to a whole number: its sign is that of the left side. */
export function remainder(a: Exact, b: Exact): Outcome {
  if (isZero(b)) return 'division by zero';
  return bothExact(
    a,
    b,
    (x, y) => fraction((x.n * y.d) % (y.n * x.d), x.d * y.d),
    (x, y) => x % y,
  );
}

export function negate(value: Exact): Exact {
  return typeof value === 'number' ? -value : { n: -value.n, d: value.d };
}

export function power(base: Exact, exponent: Exact): Outcome {
  if (isZero(base) && toDouble(exponent) < 0) return 'division by zero';
  if (typeof base !== 'number' && typeof exponent !== 'number' && exponent.d === 1n) {
    const times = exponent.n < 0n ? -exponent.n : exponent.n;
    const bits = BigInt(Math.max(bitsOf(base.n), bitsOf(base.d)));
    const unit = base.d === 1n && (base.n === 1n || base.n === -1n || base.n === 0n);
    if (unit) return { n: base.n === -1n && times % 2n === 0n ? 1n : times === 0n ? 1n : base.n, d: 1n };
    if (bits * times <= BigInt(MOST_BITS * 2)) {
      const [n, d] = [base.n ** times, base.d ** times];
      return sized(exponent.n < 0n ? fraction(d, n) : fraction(n, d));
    }
    if (base.d === 1n && exponent.n > 0n) return TOO_LARGE;
  }
  if (toDouble(base) < 0 && !Number.isInteger(toDouble(exponent))) return 'a negative number has no such power';
  return toDouble(base) ** toDouble(exponent);
}

const TOO_LARGE = 'the result has more than 1,000 digits';

function bothExact(
  a: Exact,
  b: Exact,
  exact: (a: Fraction, b: Fraction) => Exact,
  double: (a: number, b: number) => number,
): Outcome {
  if (typeof a !== 'number' && typeof b !== 'number') return sized(exact(a, b));
  return double(toDouble(a), toDouble(b));
}

type Fraction = Exclude<Exact, number>;

function sized(value: Exact): Outcome {
  return typeof value !== 'number' && bitsOf(value.n) > MOST_BITS ? TOO_LARGE : value;
}

function isZero(value: Exact): boolean {
  return typeof value === 'number' ? value === 0 : value.n === 0n;
}
