import type { Case } from '../../core/dataset.ts';
import type { CaseRun } from '../../core/evaluation.ts';
import { EXIT } from '../../core/exit-code.ts';
import { compareScores, type Verdict } from '../../engineer/significance.ts';
import type { Call } from '../command.ts';
import { paintOut } from '../optimize/report/print.ts';
import { signed } from '../optimize/report/words.ts';
import { createRedactor, secretsOf } from '../redact.ts';
import { listen } from '../run/listen.ts';
import { secretNames } from '../run/secret-names.ts';
import { benchRuns, meterFor } from '../test/evaluate.ts';
import type { TestFlags } from '../test/flags.ts';
import { type Prepared, prepare } from '../test/prepare.ts';
import { exitOfRun } from '../test/verdict-of-run.ts';

/** Runs two chains on the same cases and tells whether the second is better beyond chance; returns the exit code. */
export async function compareChains(call: Call, flags: TestFlags): Promise<number> {
  const other = { ...flags, chain: call.args[1] ?? '' };
  const first = await prepare(call, flags);
  const second = await prepare(call, other);
  const stop = new AbortController();
  const release = listen(call, flags.timeoutMs, (reason) => stop.abort(reason));
  try {
    const meter = meterFor(flags);
    const before = await meansOf(call, flags, first, stop, meter);
    const after = await meansOf(call, other, second, stop, meter);
    const ids = first.dataset.cases.map(({ id }) => id);
    const missing = ids.filter((id) => !before.means.has(id) || !after.means.has(id));
    const judged = ids.filter((id) => !missing.includes(id));
    const of = (means: ReadonlyMap<string, number>) => judged.map((id) => means.get(id) ?? 0);
    const verdict = compareScores(of(before.means), of(after.means), 0);
    await tell(call, flags.json, { verdict, judged, missing });
    const [failure] = [...before.errors, ...after.errors];
    if (failure !== undefined) return failure;
    return verdict.verdict === 'improved' ? EXIT.ok : EXIT.notMet;
  } finally {
    release();
  }
}

interface Means {
  /** By the id of the case, of those that could be judged. */
  readonly means: ReadonlyMap<string, number>;
  /** Exit codes of runs that say nothing about the chain. */
  readonly errors: readonly number[];
}

async function meansOf(
  call: Call,
  flags: TestFlags,
  prepared: Prepared,
  stop: AbortController,
  meter: ReturnType<typeof meterFor>,
): Promise<Means> {
  const redactor = createRedactor(secretsOf(call.io.env, secretNames(prepared.chain)));
  const scores = new Map<Case, number[]>();
  const errors: number[] = [];
  const add = ({ case: own, score, error }: CaseRun): void => {
    if (score === undefined) errors.push(error === undefined ? EXIT.failed : exitOfRun(error));
    else scores.set(own, [...(scores.get(own) ?? []), score.score]);
  };
  for await (const run of benchRuns(call, flags, prepared, stop, redactor, meter)) add(run);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return { means: new Map([...scores].map(([{ id }, values]) => [id, mean(values)])), errors };
}

interface Told {
  readonly verdict: Verdict;
  readonly judged: readonly string[];
  readonly missing: readonly string[];
}

async function tell(call: Call, asJson: boolean, { verdict: all, judged, missing }: Told): Promise<void> {
  const { verdict, rows, before, after, difference, low, high, p, fixed, broken } = all;
  const named = (positions: readonly number[]) => positions.flatMap((position) => judged[position] ?? []);
  const told = { verdict, rows, before, after, difference, low, high, p, better: named(fixed), worse: named(broken), missing };
  if (asJson) {
    await call.out.write(`${JSON.stringify({ schema: 'promptchain.comparison.v1', ...told })}\n`);
    return;
  }
  const paint = await paintOut(call);
  const colour = verdict === 'improved' ? paint.green : verdict === 'worse' ? paint.red : paint.yellow;
  const interval = `${signed(difference)} [${signed(low)}, ${signed(high)}] on ${rows} rows, p = ${p.toFixed(4)}`;
  const lists = [
    ['better', told.better],
    ['worse', told.worse],
    ['no verdict', missing],
  ] as const;
  const lines = [
    paint.bold(
      colour(
        `${verdict === 'improved' ? 'the second is better' : verdict === 'worse' ? 'the second is worse' : 'no significant difference'}: ${interval}`,
      ),
    ),
    `mean      ${before.toFixed(3)} → ${after.toFixed(3)}`,
    ...lists.flatMap(([name, ids]) => (ids.length === 0 ? [] : [`${name.padEnd(10)}${ids.join(', ')}`])),
  ];
  await call.out.write(`${lines.join('\n')}\n`);
}
