import { Option, type Command as Parser } from 'commander';
import { UsageError } from '../../core/errors.ts';
import type { Limits } from '../../core/limits.ts';
import type { Call } from '../command.ts';
import type { Format } from './format.ts';
import { declareLimitFlags, limitsIn } from './limit-flags.ts';
import { declarePartFlags, type PartFlags, partsIn } from './part-flags.ts';
import { collect, declareWorldFlags, type Pair, pair, type WorldFlags, worldFlags } from './world-flags.ts';

/** The options of `run`, parsed and free of contradictions. */
export interface RunFlags extends WorldFlags, PartFlags {
  readonly input?: string;
  readonly inputFile?: string;
  /** `name=value`, `name=path`, and maps as YAML, JSON or a file of either. */
  readonly var: readonly Pair[];
  readonly varFile: readonly Pair[];
  readonly vars: readonly string[];
  readonly output?: string;
  readonly format: Format;
  readonly outputStep?: string;
  readonly allSteps: boolean;
  /** The path of a JSON Schema that the output must fit. */
  readonly outputSchema?: string;
  readonly stream: boolean;
  readonly showReasoning: boolean;
  readonly dryRun: boolean;
  /** Branches and items at a time. */
  readonly concurrency?: number;
  readonly limits: Omit<Limits, 'timeMs'>;
  /** A namespace or the path of a store; false keeps nothing. */
  readonly memory?: string | false;
  readonly save: boolean;
  /** Earlier answers may be used where a step says so. */
  readonly cache: boolean;
  readonly rawOutput: boolean;
  /** A file for a Markdown page about the run. */
  readonly summary?: string;
  /** The run is a step of a job in GitHub Actions, and leaves there what such a step can. */
  readonly github: boolean;
}

export function declareRunFlags(parser: Parser): void {
  parser
    .argument('<chain>', 'a chain file, or - to read it from stdin')
    .option('-i, --input <text>', 'the input, - to read stdin (the default when it is not a terminal)')
    .option('--input-file <file>', 'read the input from a file')
    .option('--max-input <size>', 'refuse a larger input, such as 64mb', '8mb')
    .option('--var <name=value>', 'a value for an input the chain declares', collect, [])
    .option('--var-file <name=file>', 'the same, read from a file', collect, [])
    .option('--vars <map>', 'several at once: YAML, JSON, or a file of either', collect, [])
    .option('-o, --output <file>', 'write the result to a file, all of it or nothing')
    .addOption(new Option('--output-format <format>', 'what stdout gets').choices(['text', 'json', 'stream-json']))
    .option('--json', 'print one JSON object: the result, the steps, the usage, the error')
    .option('--jsonl', 'print every event as a line of JSON')
    .option('--output-step <id>', 'print the output of this step instead of the last one')
    .option(
      '--output-schema <file>',
      'the output must fit this JSON Schema; a last step without fields of its own is asked for it',
    )
    .option('--all-steps', 'print the output of every step')
    .option('--no-stream', 'print the result when it is complete')
    .option('--show-reasoning', 'show on stderr what models think')
    .option('-n, --dry-run', 'print what would be done; call nothing');
  declarePartFlags(parser);
  declareLimitFlags(parser);
  parser
    .option('-j, --concurrency <n>', 'run at most so many branches or items of a step at a time')
    .option('--memory <namespace|path>', 'use this memory namespace, or this store')
    .option('--no-memory', 'start with an empty memory and keep nothing')
    .option('--no-save', 'write no run journal')
    .option('--no-cache', 'ask models also where a step would take an earlier answer')
    .option('--raw-output', 'keep control sequences of model text on a terminal')
    .option('--summary <file>', 'write a Markdown page about the run: steps, cost, output, error')
    .option('--github', 'in GitHub Actions: annotations, the page as job summary, and the outputs output, status, cost_usd');
  declareWorldFlags(parser);
}

/** Throws `UsageError` for values that are none and for options that exclude each other: none is ever ignored. */
export function runFlags(call: Call): RunFlags {
  const { options, globals } = call;
  const format = formatOf(options);
  const flags: RunFlags = {
    ...worldFlags(call),
    ...inputOf(options),
    maxInputBytes: bytesOf(options.maxInput),
    var: options.var.map((text: string) => pair(text, '--var name=value')),
    varFile: options.varFile.map((text: string) => pair(text, '--var-file name=file')),
    vars: options.vars,
    ...(options.output === undefined ? {} : { output: options.output as string }),
    format,
    ...(options.outputStep === undefined ? {} : { outputStep: options.outputStep as string }),
    allSteps: options.allSteps === true,
    ...(options.outputSchema === undefined ? {} : { outputSchema: options.outputSchema as string }),
    stream: options.stream !== false,
    showReasoning: options.showReasoning === true,
    dryRun: options.dryRun === true,
    ...partsIn(options),
    ...(options.concurrency === undefined ? {} : { concurrency: countOf('--concurrency', options.concurrency) }),
    limits: limitsIn(options),
    ...(options.memory === undefined || options.memory === true ? {} : { memory: options.memory as string | false }),
    save: options.save !== false,
    cache: options.cache !== false,
    rawOutput: options.rawOutput === true,
    ...(options.summary === undefined ? {} : { summary: options.summary as string }),
    github: options.github === true,
  };
  rejectContradictions(flags, globals.quiet);
  return flags;
}

function formatOf(options: Call['options']): Format {
  const asked = [
    ...(options.json === true ? ['json' as const] : []),
    ...(options.jsonl === true ? ['stream-json' as const] : []),
    ...(options.outputFormat === undefined ? [] : [options.outputFormat as Format]),
  ];
  const [format = 'text', ...more] = [...new Set(asked)];
  if (more.length > 0) throw new UsageError('--json, --jsonl and --output-format ask for different formats');
  return format;
}

/** `-` is stdin for both. */
function inputOf({ input, inputFile }: Call['options']): Pick<RunFlags, 'input' | 'inputFile'> {
  if (input === undefined && inputFile === '-') return { input: '-' };
  return { ...(input === undefined ? {} : { input }), ...(inputFile === undefined ? {} : { inputFile }) };
}

function countOf(flag: string, text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new UsageError(`${flag} "${text}" is not a whole number from 1 to 9999`, { code: 'PC2004' });
}

function bytesOf(text: string): number {
  const [, amount, unit = ''] = /^(\d+)\s*(kb|mb|gb|)$/i.exec(text) ?? [];
  const bytes = Number(amount) * (UNIT_BYTES[unit.toLowerCase()] ?? 1);
  if (amount === undefined || bytes === 0 || bytes > LARGEST_INPUT) {
    throw new UsageError(`--max-input "${text}" is not a size up to 256mb`, {
      code: 'PC2004',
      help: 'write 500kb, 8mb or a number of bytes',
    });
  }
  return bytes;
}

const UNIT_BYTES: Readonly<Record<string, number>> = { kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };
const LARGEST_INPUT = 256 * 1024 ** 2;

function rejectContradictions(flags: RunFlags, quiet: boolean): void {
  const given: Readonly<Record<string, boolean>> = {
    '--input': flags.input !== undefined,
    '--input -': flags.input === '-',
    '--input-file': flags.inputFile !== undefined,
    '--output': flags.output !== undefined,
    '--output-step': flags.outputStep !== undefined,
    '--all-steps': flags.allSteps,
    '--output-schema': flags.outputSchema !== undefined,
    '--json': flags.format === 'json',
    '--jsonl': flags.format === 'stream-json',
    '--no-stream': !flags.stream,
    '--raw-output': flags.rawOutput,
    '--show-reasoning': flags.showReasoning,
    '--dry-run': flags.dryRun,
    '--plan': flags.plan,
    '--resume': flags.resume !== undefined,
    '--timeout': flags.timeoutMs !== undefined,
    '--no-save': !flags.save,
    '--no-cache': !flags.cache,
    '--record': flags.record !== undefined,
    '--replay': flags.replay !== undefined,
    '--stubs': flags.stubs !== undefined,
    '--require-llm': flags.requireLlm,
    '--summary': flags.summary !== undefined,
    '--github': flags.github,
    '--quiet': quiet,
    'a chain from stdin': flags.chain === '-',
  };
  for (const [one, others] of EXCLUSIONS) {
    const other = given[one] ? others.find((name) => given[name]) : undefined;
    if (other !== undefined) throw new UsageError(`${one} and ${other} cannot both be given`);
  }
}

/** What a run that calls nothing has no use for. */
const NOTHING_TO_SHOW: readonly string[] = [
  '--output',
  '--output-step',
  '--all-steps',
  '--no-stream',
  '--raw-output',
  '--show-reasoning',
  '--timeout',
  '--no-save',
  '--record',
  '--replay',
  '--stubs',
  '--summary',
  '--github',
];

const EXCLUSIONS: readonly (readonly [string, readonly string[]])[] = [
  ['--input', ['--input-file']],
  ['--output-schema', ['--output-step', '--all-steps', '--dry-run']],
  ['--output-step', ['--all-steps', '--json', '--jsonl']],
  ['--all-steps', ['--json', '--jsonl']],
  ['--no-stream', ['--json', '--jsonl']],
  ['--raw-output', ['--json', '--jsonl', '--output']],
  ['--show-reasoning', ['--json', '--jsonl', '--quiet']],
  ['--dry-run', ['--json', '--jsonl', ...NOTHING_TO_SHOW]],
  ['--dry-run', ['--plan', '--resume']],
  ['--plan', NOTHING_TO_SHOW],
  ['--stubs', ['--record', '--replay', '--require-llm', '--no-cache']],
  ['--replay', ['--record', '--require-llm', '--no-cache']],
  ['a chain from stdin', ['--input -', '--resume']],
];
