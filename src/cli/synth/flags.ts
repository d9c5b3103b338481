import { InvalidArgumentError, type Command as Parser } from 'commander';
import { UsageError } from '../../core/errors.ts';
import type { Limits } from '../../core/limits.ts';
import type { Call } from '../command.ts';
import { durationOf } from '../run/world-flags.ts';

/** The options of `engineer synth`. */
export interface SynthFlags {
  readonly target: { readonly word: string } | { readonly task: string };
  readonly count: number;
  readonly out?: string;
  readonly force: boolean;
  readonly writer?: string;
  /** A dataset whose cases are not to be repeated. */
  readonly like?: string;
  readonly notes: readonly string[];
  readonly rubric: boolean;
  readonly limits: Limits;
  readonly timeoutMs?: number;
  readonly dryRun: boolean;
  readonly json: boolean;
}

export function declareSynthFlags(parser: Parser): void {
  parser
    .argument('[target]', 'chain.yaml, chain.yaml#step whose own output is to be judged, a prompt file, or - for stdin')
    .option('--task <text>', 'what the cases are for, where there is no prompt yet')
    .option('-n, --count <n>', 'write so many cases', upTo(MOST_CASES), 20)
    .option('-o, --output <file>', 'write them to this file, which ends in .jsonl, instead of stdout')
    .option('--force', 'replace the file if there is one')
    .option('--improver-model <provider/model>', 'the model that invents them; by default the one that improves prompts')
    .option('--data <file>', 'cases there are already: shown to the model, and none of them is repeated')
    .option('--note <text...>', 'what the cases should be about')
    .option('--no-rubric', 'inputs alone, without a guess at what a good answer has')
    .option('--budget-usd <dollars>', 'spend no more than this', amount)
    .option('--max-calls <n>', 'make no more calls to models than this', upTo(1_000_000))
    .option('--timeout <duration>', 'stop after this time, such as 90s or 10m')
    .option('--dry-run', 'say what would be asked of which model, and stop')
    .option('--json', 'with -o: print one JSON object about what was written');
}

/** Throws `UsageError` for what does not go together. */
export function synthFlags({ args, options }: Call): SynthFlags {
  const [word] = args;
  const { task, output: out } = options as { task?: string; output?: string };
  if (word !== undefined && task !== undefined) throw new UsageError(`"${word}" and --task both say what the cases are for`);
  if (word === undefined && task === undefined) {
    const help = 'name a chain, chain.yaml#step or a prompt file, or describe the task with --task';
    throw new UsageError('nothing is named that the cases are for', { help });
  }
  if (out !== undefined && !out.toLowerCase().endsWith('.jsonl')) {
    const help = 'a case a line: name it cases.jsonl';
    throw new UsageError(`-o "${out}" does not end in .jsonl, which is how its readers tell what it is`, { help });
  }
  if (options.json === true && out === undefined)
    throw new UsageError('--json needs -o: without it stdout has the cases', { help: 'add -o cases.jsonl' });
  return {
    target: task === undefined ? { word: word ?? '' } : { task },
    count: options.count as number,
    ...(out === undefined ? {} : { out }),
    force: options.force === true,
    ...(options.improverModel === undefined ? {} : { writer: options.improverModel as string }),
    ...(options.data === undefined ? {} : { like: options.data as string }),
    notes: options.note ?? [],
    rubric: options.rubric !== false,
    limits: {
      ...(options.budgetUsd === undefined ? {} : { cost: options.budgetUsd as number }),
      ...(options.maxCalls === undefined ? {} : { calls: options.maxCalls as number }),
    },
    ...(options.timeout === undefined ? {} : { timeoutMs: durationOf(options.timeout) }),
    dryRun: options.dryRun === true,
    json: options.json === true,
  };
}

const MOST_CASES = 1_000;

function upTo(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^[1-9]\d{0,6}$/.test(text) && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${most}.`);
  };
}

function amount(text: string): number {
  const value = Number(text.replace(/^\$/, ''));
  if (text.trim() === '' || !(value > 0)) throw new InvalidArgumentError('It must be an amount above 0.');
  return value;
}
