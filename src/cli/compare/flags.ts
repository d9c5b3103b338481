import { InvalidArgumentError, type Command as Parser } from 'commander';
import { UsageError } from '../../core/errors.ts';
import type { Call } from '../command.ts';
import { declareUseFlags } from '../run/limit-flags.ts';
import { declareSharedFlags, type TestFlags, testFlags } from '../test/flags.ts';

/** The options of `engineer compare`: by what the rows expect, or by a judge. */
export type CompareFlags = { readonly by: 'score'; readonly flags: TestFlags } | DuelFlags;

export interface DuelFlags {
  readonly by: 'judge';
  readonly flags: TestFlags;
  readonly inputs: string;
  readonly criterion: string;
  readonly votes: number;
}

export function declareCompareFlags(parser: Parser): void {
  declareSharedFlags(parser);
  declareUseFlags(parser);
  parser
    .argument('<other>', 'the one that may be better')
    .argument('[more...]', 'with --inputs: others still, the best of which is looked for')
    .option('--data <file>', 'rows that say what is expected: .yaml, .json, .jsonl or .csv')
    .option('--inputs <file>', 'inputs alone, for a judge to choose by: a dataset, or .txt with one a line')
    .option('--criterion <text>', 'with --inputs: what makes an answer the better one')
    .option('--votes <n>', 'with --inputs: how often the judge is asked, each time in two orders', votes);
}

export function compareFlags(call: Call): CompareFlags {
  const { options, args } = call;
  const flags = testFlags(call);
  for (const name of ['record', 'replay'] as const) {
    if (flags[name] === undefined) continue;
    const help = 'record each run by itself, with promptchain run or test';
    throw new UsageError(`--${name}: such a file has the answers of one chain, and several are compared`, { help });
  }
  if (options.inputs !== undefined && flags.data !== undefined)
    throw new UsageError('--data and --inputs exclude each other', { help: '--data for rows that say what is expected' });
  if (options.inputs === undefined && flags.data === undefined)
    throw new UsageError('nothing is named to compare on', { help: '--data rows.jsonl, or --inputs inputs.txt for a judge' });
  if (options.inputs === undefined) {
    for (const name of ['criterion', 'votes'])
      if (options[name] !== undefined) throw new UsageError(`--${name} is for a judge: it needs --inputs instead of --data`);
    if (args.length > 2)
      throw new UsageError('two chains at a time with --data', {
        help: 'more than two take part in a duel by a judge: --inputs',
      });
    return { by: 'score', flags };
  }
  if (flags.repeat > 1) throw new UsageError('--repeat is for --data', { help: '--votes asks the judge more often' });
  const criterion = (options.criterion as string | undefined) ?? CRITERION;
  return { by: 'judge', flags, inputs: options.inputs as string, criterion, votes: (options.votes as number | undefined) ?? 1 };
}

const CRITERION = 'which answer serves whoever sent the input best: correct, complete, and no more than was asked for';

function votes(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1 to 99.');
  return Number(text);
}
