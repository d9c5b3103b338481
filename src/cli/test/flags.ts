import { InvalidArgumentError, type Command as Parser } from 'commander';
import { UsageError } from '../../core/errors.ts';
import type { Limits } from '../../core/limits.ts';
import type { Call } from '../command.ts';
import { declareUseFlags, limitsIn } from '../run/limit-flags.ts';
import { declareWorldFlags, type WorldFlags, worldFlags } from '../run/world-flags.ts';
import { type CacheMode, cacheOption } from './drawn-models.ts';

/** The options of `test` and `engineer eval`. */
export interface TestFlags extends WorldFlags {
  readonly data?: string;
  readonly judgeModel?: string;
  /** The score from which on the whole is good enough; without one every case has to pass. */
  readonly threshold?: number;
  readonly junit?: string;
  readonly repeat: number;
  /** How many cases run at a time. */
  readonly jobs: number;
  readonly filter?: string;
  readonly split?: 'train' | 'val' | 'test';
  readonly json: boolean;
  readonly failFast: boolean;
  readonly cache: CacheMode;
  /** Of all cases together, judges included. */
  readonly limits: Omit<Limits, 'timeMs'>;
}

/** Of all commands that run cases. */
export function declareSharedFlags(parser: Parser): void {
  parser
    .argument('<chain>', 'a chain file, or - to read it from stdin')
    .option('--judge-model <provider/model>', 'the model that judges, for llm-rubric, factuality and model-graded-closedqa')
    .option('--evaluator-model <provider/model>', 'another name for --judge-model')
    .option('--repeat <n>', 'run every case this often', wholeNumber, 1)
    .option('-j, --concurrency <n>', 'run this many cases at a time', wholeNumber, 4)
    .option(
      '--filter <pattern>',
      'only cases whose id, description or metadata (name=value) has this in it, or fits a pattern with *',
    )
    .option('--timeout <duration>', 'stop after this time, such as 90s or 10m')
    .option('--json', 'print one JSON object: the score, and every case with its assertions');
  declareWorldFlags(parser);
}

export function declareTestFlags(parser: Parser): void {
  declareSharedFlags(parser);
  declareUseFlags(parser);
  parser
    .option('--data <file>', "run the cases of this dataset instead of the chain's: .yaml, .json, .jsonl or .csv")
    .option('--threshold <score>', 'the score to reach, from 0 to 1, instead of every case passing', share)
    .option('--junit <file>', 'also write the results as JUnit XML')
    .option('--fail-fast', 'stop at the first case that fails')
    .addOption(cacheOption());
}

export function testFlags(call: Call): TestFlags {
  const { options } = call;
  const judgeModel: string | undefined = options.judgeModel ?? options.evaluatorModel;
  if (options.judgeModel !== undefined && options.evaluatorModel !== undefined)
    throw new UsageError('--judge-model and --evaluator-model are two names of one option');
  return {
    ...worldFlags(call),
    ...(options.data === undefined ? {} : { data: options.data as string }),
    ...(judgeModel === undefined ? {} : { judgeModel }),
    ...(options.threshold === undefined ? {} : { threshold: options.threshold as number }),
    ...(options.junit === undefined ? {} : { junit: options.junit as string }),
    repeat: options.repeat as number,
    jobs: options.concurrency as number,
    ...(options.filter === undefined ? {} : { filter: options.filter as string }),
    ...(options.split === undefined ? {} : { split: options.split as 'test' }),
    json: options.json === true,
    failFast: options.failFast === true,
    cache: options.cache ?? 'off',
    limits: limitsIn(options),
  };
}

export function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1)) throw new InvalidArgumentError('It must be a number from 0 to 1.');
  return value;
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1 to 9999.');
  return Number(text);
}
