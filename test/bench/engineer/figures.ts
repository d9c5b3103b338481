import { drawsOf } from '../../../src/lib/counted-random.ts';

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function share<T>(items: readonly T[], check: (item: T) => boolean): number {
  return mean(items.map((item) => Number(check(item))));
}

export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** 95 % interval of a mean, by resampling. */
export function interval(values: readonly number[]): readonly [number, number] {
  const draws = drawsOf(7, values.length);
  const means = Array.from({ length: 2000 }, () => mean(values.map(() => draws.pick(values)))).sort((one, other) => one - other);
  return [means[50] ?? Number.NaN, means[1949] ?? Number.NaN];
}

/** A figure without its leading zero: `.87`. */
export function figure(value: number, digits = 2): string {
  return value.toFixed(digits).replace(/^(-?)0\./, '$1.');
}

/** A table whose columns line up. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ');
  return rows.map(line).join('\n');
}
