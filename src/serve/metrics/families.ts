/** Values under the names of their labels, in Prometheus' text format. */
export interface Family {
  lines(): readonly string[];
}

export interface Counter extends Family {
  add(labels: Labels, amount?: number): void;
}

export interface Gauge extends Family {
  add(labels: Labels, amount: number): void;
}

export interface Histogram extends Family {
  observe(labels: Labels, value: number): void;
}

export type Labels = Readonly<Record<string, string>>;

export function counter(name: string, help: string): Counter {
  return { ...sums(name, help, 'counter') };
}

export function gauge(name: string, help: string): Gauge {
  return { ...sums(name, help, 'gauge') };
}

/** `bounds` are the upper ends of the buckets, ascending; one without an end is added. */
export function histogram(name: string, help: string, bounds: readonly number[]): Histogram {
  const series = new Map<string, { labels: Labels; counts: number[]; sum: number; count: number }>();
  return {
    observe(labels, value) {
      const key = written(labels);
      const own = series.get(key) ?? { labels, counts: bounds.map(() => 0), sum: 0, count: 0 };
      series.set(key, own);
      for (const [index, bound] of bounds.entries()) if (value <= bound) own.counts[index] = (own.counts[index] ?? 0) + 1;
      own.sum += value;
      own.count += 1;
    },
    lines: () => [
      ...head(name, help, 'histogram'),
      ...[...series.values()].flatMap(({ labels, counts, sum, count }) => [
        ...bounds.map((bound, index) => `${name}_bucket${written({ ...labels, le: String(bound) })} ${counts[index]}`),
        `${name}_bucket${written({ ...labels, le: '+Inf' })} ${count}`,
        `${name}_sum${written(labels)} ${sum}`,
        `${name}_count${written(labels)} ${count}`,
      ]),
    ],
  };
}

function sums(name: string, help: string, type: 'counter' | 'gauge') {
  const values = new Map<string, number>();
  return {
    add(labels: Labels, amount = 1): void {
      const key = written(labels);
      values.set(key, (values.get(key) ?? 0) + amount);
    },
    lines: (): readonly string[] => [
      ...head(name, help, type),
      ...[...values].map(([labels, value]) => `${name}${labels} ${value}`),
    ],
  };
}

function head(name: string, help: string, type: string): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function written(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replace(/[\\"\n]/g, (char) => ESCAPES[char] ?? char)}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };
