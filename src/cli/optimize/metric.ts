import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Assertion, Case } from '../../core/dataset.ts';
import { UsageError } from '../../core/errors.ts';
import { codeIn } from '../../eval/needs.ts';
import type { Call } from '../command.ts';
import type { Prepared } from '../test/prepare.ts';
import { requireTrust } from '../trust/require.ts';

const FILE = /\.[cm]?js(?::[A-Za-z_$][\w$]*)?$/;

/**
 * What is optimised instead of the score: a metric of the rows' assertions, or a function of a file, which becomes one. It is
 * given the output and `{vars, metadata, steps, config: {expected}}`.
 */
export async function withMetric(
  call: Call,
  prepared: Prepared,
  { metric, trust }: { readonly metric?: string; readonly trust: boolean },
): Promise<Prepared> {
  if (metric === undefined) return prepared;
  const { chain, dataset, inputs } = prepared;
  if (!FILE.test(metric)) {
    const names = metricNames(dataset.cases);
    if (names.includes(metric)) return prepared;
    const help = `${names.length === 0 ? 'no assertion has a "metric"' : `there are: ${names.join(', ')}`}; a function is named as metric.js`;
    throw new UsageError(`--metric: no assertion of the rows has the metric "${metric}"`, { code: 'PC2051', help });
  }
  const path = resolve(call.io.cwd, metric);
  const [file = path] = /^.*?\.[cm]?js/.exec(path) ?? [];
  if (!existsSync(file)) throw new UsageError(`--metric: there is no file ${metric}`, { code: 'PC2022' });
  const changed = new Map(
    dataset.cases.map((each) => [each, { ...each, assertions: [...each.assertions, judging(each, metric, path)] }]),
  );
  const cases = [...changed.values()];
  const own = codeIn(cases).filter(({ text }) => text === `file://${path}`);
  const also = own.map(({ id: _, ...code }) => ({ what: 'function' as const, name: `--metric ${metric}`, ...code }));
  await requireTrust(call, chain, { trust, also });
  return {
    ...prepared,
    dataset: { ...dataset, cases },
    inputs: new Map([...inputs].map(([each, given]) => [changed.get(each) ?? each, given])),
  };
}

function judging({ expected, position }: Case, metric: string, path: string): Assertion {
  const config = expected === undefined ? {} : { config: { expected } };
  return { type: 'javascript', not: false, value: `file://${path}`, weight: 1, metric, position, ...config };
}

/** Names that assertions, sets among them, give to parts of the score. */
export function metricNames(cases: readonly Case[]): readonly string[] {
  const of = ({ assertions }: Case) =>
    assertions.flatMap((each) => [each.metric, ...('assertions' in each ? each.assertions.map(({ metric }) => metric) : [])]);
  return [...new Set(cases.flatMap(of).filter((name) => name !== undefined))].sort();
}
