import { InvalidArgumentError, Option, type Command as Parser } from 'commander';
import { UsageError } from '../../core/errors.ts';
import type { Limits } from '../../core/limits.ts';
import { ASPECTS } from '../../engineer/improve/critique.ts';
import { FEWEST_INPUTS } from '../../engineer/improve/made-up-inputs.ts';
import type { Call } from '../command.ts';
import { durationOf } from '../run/world-flags.ts';

export interface ImproveFlags {
  /** What to improve: a file, `-`, or a text of the command line. */
  readonly target: { readonly word: string } | { readonly prompt: string } | { readonly task: string };
  readonly models: { readonly task?: string; readonly improver?: string; readonly judge?: string };
  /** As written: names with parameters. */
  readonly techniques: readonly string[];
  readonly aspects: readonly string[];
  readonly feedback: 'llm' | 'human' | 'both';
  readonly notes: readonly string[];
  /** Texts, or one file of them; undefined when nothing is to be tried. */
  readonly inputs?: readonly string[];
  /** So many are made up where the user has none. */
  readonly synthesize?: number;
  readonly cache: 'on' | 'off' | 'refresh';
  readonly maxIterations: number;
  readonly votes: number;
  /** Inputs that are tried at a time. */
  readonly concurrency: number;
  readonly edit: 'patch' | 'rewrite';
  readonly keep: readonly RegExp[];
  readonly protect: boolean;
  readonly maxLength?: (text: string) => number;
  readonly limits: Limits;
  readonly timeoutMs?: number;
  readonly write: boolean;
  readonly out?: string;
  readonly json: boolean;
  readonly dryRun: boolean;
  readonly interactive: boolean;
}

export function declareImproveFlags(parser: Parser): void {
  parser
    .argument('[target]', 'a prompt file, chain.yaml, chain.yaml#step, or - for stdin')
    .option('--initial-prompt <text>', 'improve this text; - reads it from stdin')
    .option('--task <text>', 'write a prompt for this task first')
    .option('--techniques <names...>', 'work these techniques in: few_shot:3, delimiters; engineer techniques lists them')
    .addOption(new Option('--focus <aspects...>', 'what to look at').default(['all'], 'all'))
    .addOption(new Option('--feedback <who>', 'who says what is wrong').choices(['llm', 'human', 'both']).default('llm'))
    .option('--note <text...>', 'what you think is wrong, or wanted')
    .option('--inputs <texts...>', 'try both prompts on these and compare the answers: texts, or one file')
    .option('--test-inputs <texts...>', 'another name for --inputs')
    .option('--synthesize <n>', 'try both prompts on so many made-up inputs, at least 3', inputCount)
    .option('--test', 'try both prompts: on --inputs, or as they are when they have no placeholder')
    .option('-m, --model <provider/model>', 'the model that the prompt is for')
    .option('--improver-model <provider/model>', 'the model that edits; by default that of --judge-model, then --model')
    .option('--judge-model <provider/model>', 'the model that finds problems and compares')
    .option('--evaluator-model <provider/model>', 'another name for --judge-model')
    .option('--max-iterations <n>', 'rounds of edits', wholeNumber, 3)
    .option('--votes <n>', 'comparisons of each pair, each in both orders', wholeNumber, 3)
    .option('-j, --concurrency <n>', 'try the prompts on this many inputs at a time', wholeNumber, 4)
    .addOption(
      new Option('--edit <how>', 'change lines, or write the prompt anew').choices(['patch', 'rewrite']).default('patch'),
    )
    .option('--keep <pattern...>', 'lines that fit this regular expression stay as they are')
    .option('--protect-content', 'leave code between fences as it is (the default)')
    .option('--no-protect-content', 'let code be changed too')
    .option('--max-length <size>', 'longest result: 1.5x the prompt, 4000ch, 800tok')
    .addOption(
      new Option('--cache <how>', 'take answers that were given before: on, off, or refresh to ask anew and keep the new ones')
        .choices(['on', 'off', 'refresh'])
        .default('on'),
    )
    .option('--budget-usd <dollars>', 'spend no more than this', amount)
    .option('--max-calls <n>', 'make no more calls to models than this', wholeNumber)
    .option('--timeout <duration>', 'stop after this time, such as 90s or 10m')
    .option('-i, --interactive', 'show each result and ask what to do with it')
    .option('--write', 'put the result where the prompt came from')
    .option('--out <file>', 'write the improved prompt to this file')
    .option('--output-file <file>', 'another name for --out')
    .option('--json', 'print one JSON object')
    .option('--dry-run', 'say what would be asked of which model, and stop');
}

/** Throws `UsageError` for what does not go together. */
export function improveFlags(call: Call): ImproveFlags {
  const { options } = call;
  const judge = oneOf(call, 'judgeModel', 'evaluatorModel');
  const improver: string | undefined = options.improverModel ?? judge;
  const out = oneOf(call, 'out', 'outputFile');
  const inputs = oneOf(call, 'inputs', 'testInputs') as readonly string[] | undefined;
  if (options.synthesize !== undefined && (inputs !== undefined || options.test === true)) {
    throw new UsageError('--synthesize makes inputs up, and --inputs or --test names some', { help: 'leave one of them out' });
  }
  return {
    target: targetOf(call),
    models: {
      ...(options.model === undefined ? {} : { task: options.model as string }),
      ...(improver === undefined ? {} : { improver }),
      ...(judge === undefined ? {} : { judge: judge as string }),
    },
    techniques: options.techniques ?? [],
    aspects: aspectsOf(options.focus),
    feedback: options.feedback as ImproveFlags['feedback'],
    notes: options.note ?? [],
    ...(inputs === undefined ? (options.test === true ? { inputs: [] } : {}) : { inputs }),
    ...(options.synthesize === undefined ? {} : { synthesize: options.synthesize as number }),
    cache: options.cache as ImproveFlags['cache'],
    maxIterations: options.maxIterations as number,
    votes: options.votes as number,
    concurrency: options.concurrency as number,
    edit: options.edit as ImproveFlags['edit'],
    keep: (options.keep ?? []).map(patternOf),
    protect: options.protectContent !== false,
    ...(options.maxLength === undefined ? {} : { maxLength: lengthOf(options.maxLength) }),
    limits: {
      ...(options.budgetUsd === undefined ? {} : { cost: options.budgetUsd as number }),
      ...(options.maxCalls === undefined ? {} : { calls: options.maxCalls as number }),
    },
    ...(options.timeout === undefined ? {} : { timeoutMs: durationOf(options.timeout) }),
    write: options.write === true,
    ...(out === undefined ? {} : { out: out as string }),
    json: options.json === true,
    dryRun: options.dryRun === true,
    interactive: options.interactive === true,
  };
}

function targetOf({ args, options }: Call): ImproveFlags['target'] {
  const { initialPrompt, task } = options as { initialPrompt?: string; task?: string };
  const [word] = args;
  if (word !== undefined && (initialPrompt !== undefined || task !== undefined)) {
    throw new UsageError(`"${word}" and ${initialPrompt === undefined ? '--task' : '--initial-prompt'} both name a prompt`);
  }
  if (initialPrompt === '-') return { word: '-' };
  if (initialPrompt !== undefined) return { prompt: initialPrompt };
  if (task !== undefined) return { task };
  if (word !== undefined && word !== '') return { word };
  throw new UsageError('nothing to improve is named', {
    help: 'name a prompt file, chain.yaml#step or -, or give --initial-prompt or --task; promptchain engineer --help has the verbs',
  });
}

/** The value of an option that has two names. */
function oneOf({ options }: Call, name: string, other: string): string | readonly string[] | undefined {
  if (options[name] !== undefined && options[other] !== undefined) {
    throw new UsageError(`${flag(name)} and ${flag(other)} are two names of one option`);
  }
  return options[name] ?? options[other];
}

function flag(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function aspectsOf(words: readonly string[]): readonly string[] {
  const named = words.flatMap((word) => word.split(','));
  const known: readonly string[] = ASPECTS;
  const unknown = named.find((word) => word !== 'all' && !known.includes(word));
  if (unknown !== undefined) {
    throw new UsageError(`--focus: "${unknown}" is not an aspect`, { help: `use one of: ${ASPECTS.join(', ')}, all` });
  }
  return named.includes('all') ? ASPECTS : named;
}

function patternOf(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch (cause) {
    throw new UsageError(`--keep: "${source}" is not a regular expression`, { code: 'PC2004', cause });
  }
}

const CHARACTERS_PER_TOKEN = 4;

function lengthOf(text: string): (prompt: string) => number {
  const [, digits = '', unit] = /^(\d+(?:\.\d+)?)(x|ch|tok)$/.exec(text) ?? [];
  if (unit === undefined) {
    throw new UsageError(`--max-length "${text}" is not a length`, { code: 'PC2004', help: 'write 1.5x, 4000ch or 800tok' });
  }
  const factor = Number(digits);
  if (unit === 'x') return (prompt) => Math.ceil(prompt.length * factor);
  return () => (unit === 'ch' ? factor : factor * CHARACTERS_PER_TOKEN);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1000) throw new InvalidArgumentError('It must be a whole number from 1.');
  return value;
}

function inputCount(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= FEWEST_INPUTS && value <= MOST_INPUTS) return value;
  throw new InvalidArgumentError(`It must be a whole number from ${FEWEST_INPUTS} to ${MOST_INPUTS}.`);
}

const MOST_INPUTS = 50;

function amount(text: string): number {
  const value = Number(text.replace(/^\$/, ''));
  if (text.trim() === '' || !(value > 0)) throw new InvalidArgumentError('It must be an amount above 0.');
  return value;
}
