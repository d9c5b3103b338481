import { readFileSync } from 'node:fs';

/** Times of what was done, and what went wrong. */
export interface Tally {
  readonly firstMs: number[];
  readonly wholeMs: number[];
  readonly errors: Map<string, number>;
}

export function createTally(): Tally {
  return { firstMs: [], wholeMs: [], errors: new Map() };
}

export function fault({ errors }: Tally, what: string): void {
  errors.set(what, (errors.get(what) ?? 0) + 1);
}

/** The value below which so many of a hundred are. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}

/** What a process has in memory, in MiB, and the seconds of processor it has used. */
export function usageOf(pid: number): { readonly rss: number; readonly cpu: number } {
  const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return { rss: Number(kib) / 1024, cpu: (Number(fields[11]) + Number(fields[12])) / TICKS };
}

const TICKS = 100;

/** Of a line through the points, per unit of x. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (index: 0 | 1): number => points.reduce((sum, point) => sum + point[index], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const over = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return over / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}
