import { InvalidArgumentError, Option, type Command as Parser } from 'commander';
import { UsageError } from '../../core/errors.ts';
import type { Call } from '../command.ts';
import { collect, durationOf } from '../run/world-flags.ts';
import { declareSharedFlags, share, type TestFlags, testFlags } from '../test/flags.ts';
import { type SplitFlags, splitRule } from './split-rows.ts';

/** The options of `engineer optimize`. */
export interface OptimizeFlags extends Omit<TestFlags, 'split'> {
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
  readonly accept: Acceptance;
  readonly components?: 'all' | 'round-robin';
  readonly select?: 'mix' | 'pareto' | 'best';
  readonly frontier?: 'rows' | 'hybrid';
  readonly samples: number;
  readonly demos: number;
  readonly division: SplitFlags;
  readonly mustNotRegress: readonly string[];
  readonly targetScore?: number;
  readonly metric?: string;
  readonly objective: 'score' | 'pass';
  readonly keep: readonly RegExp[];
  readonly maxLength?: MaxLength;
  readonly background?: string;
  readonly template?: string;
  readonly cache: 'on' | 'off' | 'refresh';
  readonly runDir?: string;
  readonly dryRun: boolean;
  readonly write: boolean;
  /** A file for the better texts, instead of theirs. */
  readonly out?: string;
}

/** What new texts have to be on the rows that led to them: better by more than the margin of their mean, or as good. */
export interface Acceptance {
  readonly margin: number | 'as noise';
  readonly takesEqual: boolean;
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
    .option(
      '--accept <rule>',
      'what new texts have to be on the rows that led to them: strict (better, the default), equal, noise:0.1, or noise, which is measured',
      acceptance,
    )
    .addOption(
      new Option('--components <which>', 'texts a proposal works on: all (the default), or one after the other').choices([
        'all',
        'round-robin',
      ]),
    )
    .addOption(
      new Option(
        '--select <whom>',
        'what is improved further: the best, one that is best on some row (pareto), or both (mix, the default)',
      ).choices(['mix', 'pareto', 'best']),
    )
    .addOption(
      new Option('--frontier <keys>', 'best on some row (the default), or also on some metric of one').choices([
        'rows',
        'hybrid',
      ]),
    )
    .option('--samples <n>', 'run each row so often and take the mean', natural, 1)
    .option('--demos <n>', 'let at most so many rows that went well stand in a prompt as examples', natural)
    .option('--split <shares>', 'divide rows like this: 40/30/30 to learn from, to choose by and to test, or col:name', splitRule)
    .option('--val-cap <n>', 'rows to choose by, at most', natural, 60)
    .option('--test-cap <n>', 'rows of the test, at most', natural, 200)
    .option('--must-not-regress <category>', 'no gain counts if test rows of this category get worse', collect, [])
    .option('--patience <n>', 'end after so many proposals without a better candidate', natural, 40)
    .option('--target-score <score>', 'end when the validation score reaches it', share)
    .option('--metric <name>', 'optimise this metric of the assertions instead of the score, or a function: metric.js')
    .addOption(
      new Option('--objective <what>', 'the score of a row, or whether it passes').choices(['score', 'pass']).default('score'),
    )
    .option('--keep <regex>', 'lines that have to stay as they are', (text, before) => [...before, regex(text)], [] as RegExp[])
    .option('--max-length <limit>', 'of a text: 1.5x as long as it is, or 4000ch', maxLength)
    .option('--background <file>', 'what the improver should know about the domain')
    .option('--reflect-template <file>', 'what the improver is asked, in your words, with {current_prompt} and {failures}')
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
    .option('--write', 'put the better texts into their files, when the gain is significant')
    .option('--out <file>', 'write the file with the better texts there instead, when the gain is significant');
  const json = parser.options.find(({ long }) => long === '--json');
  if (json !== undefined) json.description = EVENTS;
}

export function optimizeFlags(call: Call): OptimizeFlags {
  const { options } = call;
  if (options.budget !== undefined && options.auto !== undefined) throw new UsageError('--budget and --auto exclude each other');
  refuseUnfit(call);
  const given = <T>(name: string, value: T | undefined) => (value === undefined ? {} : { [name]: value });
  const timeMs = options.timeout === undefined ? undefined : durationOf(options.timeout);
  const { split: _, ...shared } = testFlags(call);
  return {
    ...shared,
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
    accept: options.accept ?? { margin: 0, takesEqual: false },
    ...given('components', options.components),
    ...given('select', options.select),
    ...given('frontier', options.frontier),
    samples: options.samples ?? 1,
    demos: options.demos ?? 0,
    division: { ...given('rule', options.split), ...given('valCap', options.valCap), ...given('testCap', options.testCap) },
    mustNotRegress: options.mustNotRegress,
    ...given('targetScore', options.targetScore),
    ...given('metric', options.metric),
    objective: options.objective,
    keep: options.keep,
    ...given('maxLength', options.maxLength),
    ...given('background', options.background),
    ...given('template', options.reflectTemplate),
    cache: options.cache,
    ...given('runDir', options.runDir),
    dryRun: options.dryRun === true,
    write: options.write === true,
    ...given('out', options.out),
  };
}

const EVENTS = 'print a JSON line for each event as it comes, and the report as the last line';

/** Options that mean nothing to the algorithms that are there for comparison. */
const OF_REFLECT = {
  accept: '--accept',
  components: '--components',
  select: '--select',
  frontier: '--frontier',
  demos: '--demos',
  reflectTemplate: '--reflect-template',
};

function refuseUnfit({ options }: Call): void {
  const unfit = Object.entries(OF_REFLECT).find(([name]) => options[name] !== undefined)?.[1];
  if (options.algorithm !== 'reflect' && unfit !== undefined)
    throw new UsageError(`${unfit} is for --algorithm reflect, and this is ${options.algorithm}`, {
      help: 'leave one of them out',
    });
  if (options.out !== undefined && options.write === true)
    throw new UsageError('--out and --write exclude each other', { help: '--out leaves the files of the texts as they are' });
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

function acceptance(text: string): Acceptance {
  const [, amount] = /^noise:(0?\.\d+|0|1)$/.exec(text) ?? [];
  if (text === 'strict' || text === 'equal') return { margin: 0, takesEqual: text === 'equal' };
  if (text === 'noise') return { margin: 'as noise', takesEqual: false };
  if (amount === undefined) throw new InvalidArgumentError('Write strict, equal, noise or noise:0.1.');
  return { margin: Number(amount), takesEqual: false };
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
    .option('--json', EVENTS)
    .option('--force', 'where it cannot be gone on with: a new run that begins with its best texts');
}
