import { InvalidArgumentError, type Command as Parser } from 'commander';
import { UsageError } from '../../core/errors.ts';
import type { Call } from '../command.ts';
import { type RunFlags, runFlags } from '../run/flags.ts';
import { declareUseFlags } from '../run/limit-flags.ts';
import { collect, declareChainFlags, declarePermissionFlags } from '../run/world-flags.ts';

/** The options of `chat`. */
export interface ChatFlags {
  /** Those of each turn, which is a run like any other. */
  readonly run: RunFlags;
  readonly session?: string;
  /** Go on with the last conversation of the chain. */
  readonly continues: boolean;
  /** Who speaks. */
  readonly user?: string;
  readonly historyTokens?: number;
}

export function declareChatFlags(parser: Parser): void {
  parser
    .argument('<chain>', 'a chain file')
    .option('--session <name>', 'go on with this conversation, or begin it; by default a new one')
    .option('--continue', 'go on with the last conversation of this chain')
    .option('--user <name>', 'who speaks: {user} in the chain')
    .option(
      '--history-tokens <n>',
      'send at most about so many tokens of what was said before (default: half of what the models take, up to 32000)',
      wholeNumber,
    )
    .option('--var <name=value>', 'a value for an input the chain declares', collect, [])
    .option('--var-file <name=file>', 'the same, read from a file', collect, [])
    .option('--vars <map>', 'several at once: YAML, JSON, or a file of either', collect, [])
    .option('--no-stream', 'print an answer when it is complete')
    .option('--show-reasoning', 'show on stderr what models think')
    .option('--raw-output', 'keep control sequences of model text on a terminal')
    .option('--timeout <duration>', 'stop an answer after this time, such as 90s');
  declareUseFlags(parser);
  parser
    .option('-j, --concurrency <n>', 'run at most so many branches or items of a step at a time')
    .option('--memory <namespace|path>', 'use this memory namespace, or this store')
    .option('--no-memory', 'start with an empty memory and keep nothing')
    .option('--no-save', 'write no run journals')
    .option('--no-cache', 'ask models also where a step would take an earlier answer');
  declareChainFlags(parser);
  declarePermissionFlags(parser);
}

/** Throws `UsageError` for values that are none and for options that exclude each other. */
export function chatFlags(call: Call): ChatFlags {
  const { session, continue: continues, user, historyTokens } = call.options;
  const run = runFlags({ ...call, options: { ...call.options, maxInput: LARGEST_MESSAGE } });
  if (run.chain === '-') {
    throw new UsageError('a chat reads what you say from stdin: the chain has to be in a file', { code: 'PC2023' });
  }
  if (session !== undefined && continues === true) throw new UsageError('--session and --continue cannot both be given');
  if (continues === true && run.memory === false) throw new UsageError('--continue and --no-memory cannot both be given');
  return {
    run,
    ...(session === undefined ? {} : { session: session as string }),
    continues: continues === true,
    ...(user === undefined ? {} : { user: user as string }),
    ...(historyTokens === undefined ? {} : { historyTokens: historyTokens as number }),
  };
}

const LARGEST_MESSAGE = '8mb';

function wholeNumber(text: string): number {
  if (/^(?:0|[1-9]\d{0,8})$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is not a whole number.');
}
