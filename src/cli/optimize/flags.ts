import { InvalidArgumentError, Option, type Command as Parser } from 'commander';
import { UsageError } from '../../core/errors.ts';
import type { Call } from '../command.ts';
import { collect, durationOf } from '../run/world-flags.ts';
import { declareSharedFlags, share, type TestFlags, testFlags } from '../test/flags.ts';

/** The options of `engineer optimize`. */
export interface OptimizeFlags extends TestFlags {
  readonly improverModel?: string;
  /** Ids of steps; undefined for all. */
  readonly steps?: readonly string[];
  readonly budget: {
    readonly rollouts?: number;
    readonly auto?: Effort;
    readonly calls?: number;
    readonly usd?: number;
    readonly timeMs?: number;
  };
  readonly algorithm: string;
  readonly seed: number;
  readonly minibatch: number;
  readonly chainLength: number;
  readonly merges?: number;
  readonly patience: number;
  /** Of the mean of the rows that led to new texts. */
  readonly margin: number;
  readonly mustNotRegress: readonly string[];
  readonly targetScore?: number;
  readonly metric?: string;
  readonly objective: 'score' | 'pass';
  readonly keep: readonly RegExp[];
  readonly maxLength?: MaxLength;
  readonly background?: string;
  readonly cache: 'on' | 'off' | 'refresh';
  readonly runDir?: string;
  readonly dryRun: boolean;
  readonly write: boolean;
}

export type Effort = 'light' | 'medium' | 'heavy';
export type MaxLength = { readonly times: number } | { readonly characters: number };

export function declareOptimizeFlags(parser: Parser): void {
  declareSharedFlags(parser);
  parser
    .option('--data <file>', "the rows to learn from: .yaml, .json, .jsonl or .csv; by default the chain's")
    .option('--improver-model <provider/model>', 'the model that writes prompts; by default that of the first optimised step')
    .option('--steps <id,…|all>', 'only the texts of these steps', list)
    .option('--budget <n>', 'rollouts, runs of the chain on a row: what the search may spend', natural)
    .addOption(
      new Option('--auto <effort>', 'a budget of 15, 30 or 60 rounds of validation').choices(['light', 'medium', 'heavy']),
    )
    .option('--max-calls <n>', 'requests to models that the search may make', natural)
    .option('--budget-usd <dollars>', 'what the search may cost', amount)
    .option('--seed <n>', 'draws differ with it, and are the same for the same one', whole, 0)
    .option('--minibatch <n>', 'failures that one question to the improver shows', natural, 3)
    .option('--chain <n>', 'questions in a row before rollouts decide about their result', natural, 3)
    .option('--merge <n>', 'at most so many unions of two candidates; by default 5 where several texts are optimised', whole)
    .option('--accept <rule>', 'what new texts have to be on the rows that led to them: strict (better), or noise:0.1', margin, 0)
    .option('--must-not-regress <category>', 'no gain counts if test rows of this category get worse', collect, [])
    .option('--patience <n>', 'end after so many proposals without a better candidate', natural, 40)
    .option('--target-score <score>', 'end when the validation score reaches it', share)
    .option('--metric <name>', 'optimise this metric instead of the score')
    .addOption(
      new Option('--objective <what>', 'the score of a row, or whether it passes').choices(['score', 'pass']).default('score'),
    )
    .option('--keep <regex>', 'lines that have to stay as they are', (text, before) => [...before, regex(text)], [] as RegExp[])
    .option('--max-length <limit>', 'of a text: 1.5x as long as it is, or 4000ch', maxLength)
    .option('--background <file>', 'what the improver should know about the domain')
    .addOption(
      new Option('--algorithm <name>', 'how texts are looked for; all but the first are for comparison')
        .choices(ALGORITHMS)
        .default('reflect'),
    )
    .addOption(
      new Option('--cache <mode>', 'answers that were given before to the same request')
        .choices(['on', 'off', 'refresh'])
        .default('on'),
    )
    .option('--run-dir <folder>', 'keep the run there instead of in .promptchain/engineer')
    .option('-n, --dry-run', 'print the plan, and stop before anything is spent')
    .option('--write', 'put the better texts into their files, when the gain is significant');
}

export function optimizeFlags(call: Call): OptimizeFlags {
  const { options } = call;
  if (options.budget !== undefined && options.auto !== undefined) throw new UsageError('--budget and --auto exclude each other');
  const given = <T>(name: string, value: T | undefined) => (value === undefined ? {} : { [name]: value });
  const timeMs = options.timeout === undefined ? undefined : durationOf(options.timeout);
  return {
    ...testFlags(call),
    ...given('improverModel', options.improverModel),
    ...given('steps', options.steps),
    budget: {
      ...given('rollouts', options.budget),
      ...given('auto', options.auto),
      ...given('calls', options.maxCalls),
      ...given('usd', options.budgetUsd),
      ...given('timeMs', timeMs),
    },
    algorithm: options.algorithm,
    seed: options.seed,
    minibatch: options.minibatch,
    chainLength: options.chain,
    ...given('merges', options.merge),
    patience: options.patience,
    margin: options.accept,
    mustNotRegress: options.mustNotRegress,
    ...given('targetScore', options.targetScore),
    ...given('metric', options.metric),
    objective: options.objective,
    keep: options.keep,
    ...given('maxLength', options.maxLength),
    ...given('background', options.background),
    cache: options.cache,
    ...given('runDir', options.runDir),
    dryRun: options.dryRun === true,
    write: options.write === true,
  };
}

const ALGORITHMS = ['reflect', 'gepa-compat', 'opro', 'random'];

function list(text: string): readonly string[] | undefined {
  return text === 'all' ? undefined : text.split(',').map((each) => each.trim());
}

function natural(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return Number(text);
}

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 0.');
  return Number(text);
}

function amount(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text) || Number(text) === 0)
    throw new InvalidArgumentError('It must be an amount such as 2 or 0.50.');
  return Number(text);
}

function regex(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function margin(text: string): number {
  const [, amount] = /^noise:(0?\.\d+|0|1)$/.exec(text) ?? [];
  if (text === 'strict') return 0;
  if (amount === undefined) throw new InvalidArgumentError('Write strict or noise:0.1.');
  return Number(amount);
}

function maxLength(text: string): MaxLength {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(x|ch)$/.exec(text) ?? [];
  if (number === undefined || Number(number) === 0) throw new InvalidArgumentError('Write 1.5x or 4000ch.');
  return unit === 'x' ? { times: Number(number) } : { characters: Math.round(Number(number)) };
}

/** What may be more when a run is taken up again. */
export function raisedLimits(parser: Parser): void {
  parser
    .option('--max-calls <n>', 'requests to models that the search may make, those made already included', natural)
    .option('--budget-usd <dollars>', 'what the search may cost, what is spent already included', amount)
    .option('--timeout <duration>', 'stop after this time, such as 90s or 10m')
    .option('-j, --concurrency <n>', 'run this many rows at a time', natural)
    .option('--json', 'print one JSON object: the report');
}
