import { guarded, lastWins, sharesOf } from '../defectworld/policies.ts';
import { FAMILIES, GAINFUL } from '../promptworld/family.ts';
import {
  costsNothingAgain,
  ignoresConcurrency,
  keepsPlaceholders,
  resumesExactly,
  survivesErrors,
  tellsOnlyTrain,
} from '../promptworld/invariants.ts';
import type { WorldResult } from '../promptworld/run.ts';
import { type Bars, openBars } from './engineer/bars.ts';
import { figure, interval, mean, median, share, table } from './engineer/figures.ts';
import { type Job, runJobs } from './engineer/jobs.ts';

/**
 * `npm run bench:engineer [-- --quick | --long]`: how much of the achievable gain optimisers reach in simulated worlds, and
 * what they claim where there is none. Every budget is a run of its own. `--quick` is a part that takes seconds, `--long` adds
 * 2400 rollouts. What it shows is the search and the bookkeeping, not how well a real model reflects.
 */
const mode = process.argv.includes('--quick') ? 'quick' : process.argv.includes('--long') ? 'long' : 'full';
const SEEDS = Array.from({ length: 20 }, (_, seed) => seed);
const BUDGETS = [300, 600, 1200, ...(mode === 'long' ? [2400] : [])];
/** The settings of `engineer improve` were chosen on seeds 0 to 499: they are reported on others. */
const FRESH = 10_000;
const METHODS = ['random', 'fewshot', 'opro', 'hill', 'gepa-compat', 'reflect'];
const OTHERS = ['random', 'fewshot', 'opro', 'hill'];
const print = (line: string): void => console.log(line);
const bars = openBars(print);
const started = performance.now();

if (mode === 'quick') await quick();
else {
  await gains();
  await honesty();
  await invariants(20);
  await withoutData(500);
}
print(
  `\n${bars.missed === 0 ? 'every bar is met' : `${bars.missed} bars are missed`}, ${Math.round((performance.now() - started) / 1000)} s`,
);
process.exitCode = bars.missed === 0 ? 0 : 1;

async function quick(): Promise<void> {
  const names = ['single', 'conflict', 'chain2b', 'chain3', 'noisy', 'distract'];
  const seeds = SEEDS.slice(0, 8);
  const results = await runJobs(
    names.flatMap((family) => seeds.map((seed) => ({ family, seed, rollouts: 600, method: 'reflect' }))),
  );
  const gapOf = (family: string) => mean(results.filter((one) => one.family === family).map(({ gap }) => gap));
  print(`reflect, mean gap closed at 600 rollouts, ${seeds.length} seeds\n`);
  print(table([['family', 'gap'], ...names.map((name) => [name, figure(gapOf(name))])]));
  print('');
  bars.atLeast('mean gap @600', mean(names.map(gapOf)), 0.88);
  bars.atLeast('chain2b @600', gapOf('chain2b'), 0.92);
  noOvershoot(results, bars);
  await invariants(3);
  await withoutData(100);
}

async function gains(): Promise<void> {
  const jobs = METHODS.flatMap((method) =>
    BUDGETS.flatMap((rollouts) =>
      FAMILIES.flatMap(({ name: family }) => SEEDS.map((seed) => ({ method, rollouts, family, seed }))),
    ),
  );
  const results = await runJobs(jobs);
  const select = (method: string, rollouts: number, family?: string) =>
    results.filter(
      (one) =>
        one.method === method &&
        one.rollouts === rollouts &&
        (family === undefined ? GAINFUL.some(({ name }) => name === one.family) : one.family === family),
    );
  const gap = (method: string, rollouts: number, family?: string) => mean(select(method, rollouts, family).map((one) => one.gap));
  const success = (method: string, rollouts: number) => share(select(method, rollouts), (one) => one.gap >= 0.9);

  print('mean gap closed at 600 rollouts, seeds 0-19\n');
  print(
    table([
      ['', ...METHODS],
      ...GAINFUL.map(({ name }) => [name, ...METHODS.map((method) => figure(gap(method, 600, name)))]),
      ...BUDGETS.map((rollouts) => [`mean @${rollouts}`, ...METHODS.map((method) => figure(gap(method, rollouts), 3))]),
      ...BUDGETS.map((rollouts) => [`success >= .9 @${rollouts}`, ...METHODS.map((method) => figure(success(method, rollouts)))]),
      ['optimism @600', ...METHODS.map((method) => figure(mean(select(method, 600).map(({ optimism }) => optimism))))],
      ['optimiser answers @600', ...METHODS.map((method) => String(median(select(method, 600).map(({ answers }) => answers))))],
    ]),
  );
  print('');
  for (const [rollouts, bar] of [
    [300, 0.68],
    [600, 0.84],
    [1200, 0.9],
  ] as const)
    bars.atLeast(`mean gap @${rollouts}`, gap('reflect', rollouts), bar);
  bars.atLeast('success @600', success('reflect', 600), 0.52);
  bars.atLeast('success @1200', success('reflect', 1200), 0.68);
  bars.atLeast('chain2b @600', gap('reflect', 600, 'chain2b'), 0.92);
  for (const [rollouts, reference] of [
    [300, 0.48],
    [600, 0.67],
    [1200, 0.8],
  ] as const) {
    const value = gap('gepa-compat', rollouts);
    bars.hold(`gepa-compat @${rollouts}`, figure(value, 3), `${figure(reference)} +- .03`, Math.abs(value - reference) <= 0.03);
  }
  const bySeed = (method: string, seed: number) =>
    mean(
      select(method, 600)
        .filter((one) => one.seed === seed)
        .map((one) => one.gap),
    );
  for (const other of [...OTHERS, 'gepa-compat']) {
    const differences = SEEDS.map((seed) => bySeed('reflect', seed) - bySeed(other, seed));
    const [low, high] = interval(differences);
    const value = `+${figure(mean(differences), 3)} [${figure(low, 3)}, ${figure(high, 3)}]`;
    if (OTHERS.includes(other)) bars.hold(`reflect less ${other} @600`, value, 'low > .15', low > 0.15);
    else print(`          reflect less ${other} @600: ${value}`);
  }
  noOvershoot(results, bars);
}

function noOvershoot(results: readonly (Job & WorldResult)[], { hold }: Bars): void {
  const over = results.filter(({ paid, rollouts }) => paid > rollouts);
  hold(`runs of ${results.length} over their budget`, String(over.length), '0', over.length === 0);
}

/** What is claimed where there is nothing to gain. */
async function honesty(): Promise<void> {
  print('\nnothing to gain\n');
  const seeds = Array.from({ length: 200 }, (_, seed) => seed);
  const inert = await runJobs(seeds.map((seed) => ({ family: 'null', seed, rollouts: 600, method: 'reflect', test: 200 })));
  const claims = inert.filter(({ verdict }) => verdict?.verdict === 'improved').length;
  bars.hold('null: "improved" verdicts in 200 runs', String(claims), '<= 17', claims <= 17);
  print(`          null: what the validation rows promise: +${figure(mean(inert.map(({ optimism }) => optimism)), 3)}`);
  const saturated = await runJobs(
    SEEDS.map((seed) => ({ family: 'saturated', seed, rollouts: 2400, method: 'reflect', test: 200 })),
  );
  const worst = Math.min(...saturated.map(({ gain }) => gain));
  const latest = Math.max(...saturated.map(({ spent }) => spent));
  bars.hold('saturated: worst harm', figure(worst, 3), '>= -.02', worst >= -0.02);
  bars.hold('saturated: latest stop', `${latest} of 2400`, '< 600', latest < 600);
}

async function invariants(cuts: number): Promise<void> {
  print('\ninvariants\n');
  const run = { family: 'chain2b', seed: 3, rollouts: 600, test: 50 };
  const points = Array.from({ length: cuts }, (_, index) => ((index + 1) * 0.6180339887) % 1);
  await holds(`cut at ${cuts} points and taken up again: the same run`, async () => {
    for (const cut of points) await resumesExactly(run, [cut]);
  });
  await holds('1, 4 and 32 rollouts at a time: the same run', () => ignoresConcurrency(run));
  await holds('a second run on a warm cache makes no call', () => costsNothingAgain(run));
  await holds('an optimiser model that loses placeholders in half of its answers: none in the pool', () =>
    keepsPlaceholders(run),
  );
  await holds('no question has a row of validation or test', () => tellsOnlyTrain(run));
  await holds('one answer in ten fails: the same run', () => survivesErrors(run, 0.1));
}

/** Prompts that are improved without data: six planted flaws, and none. */
async function withoutData(seeds: number): Promise<void> {
  print(`\nwithout data, ${seeds} prompts each, seeds from ${FRESH}\n`);
  const rows: string[][] = [['', 'flaws fixed', 'good lines kept', 'placeholders whole', 'calls']];
  const shares = [];
  for (const policy of [lastWins, guarded]) {
    for (const flaws of [6, 0]) {
      const one = await sharesOf(policy, flaws, seeds, FRESH);
      if (policy === guarded) shares.push(one);
      const cells = [one.fixed, one.kept, one.placeholders].map((value) => figure(value, 3));
      rows.push([`${policy.name}, ${flaws} flaws`, ...cells, one.calls.toFixed(1)]);
    }
  }
  print(`${table(rows)}\n`);
  const [flawed, clean] = shares;
  bars.atLeast('flaws fixed', flawed?.fixed ?? 0, 0.85);
  bars.atLeast('good lines kept', flawed?.kept ?? 0, 0.94);
  bars.atLeast('placeholders whole', Math.min(flawed?.placeholders ?? 0, clean?.placeholders ?? 0), 1);
  bars.atLeast('good lines of a clean prompt kept', clean?.kept ?? 0, 0.995);
}

async function holds(what: string, check: () => Promise<unknown>): Promise<void> {
  try {
    await check();
    bars.hold(what, 'yes', 'yes', true);
  } catch (error) {
    bars.hold(what, error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error), 'yes', false);
  }
}
