import { Option, type Command as Parser } from 'commander';
import { UsageError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { ModelParams } from '../../core/model.ts';
import { parseDuration } from '../../lib/duration.ts';
import type { Call } from '../command.ts';

/** The options of every command that runs a chain: which one, with which models, and what it may do. */
export interface WorldFlags {
  /** As given: a path, or `-` for stdin. */
  readonly chain: string;
  /** What stdin or a file may hold. */
  readonly maxInputBytes: number;
  readonly model?: string;
  /** Model by step id. */
  readonly stepModels: { readonly [step: string]: string };
  /** Over those of every step. */
  readonly params?: ModelParams;
  readonly set: readonly { readonly path: string; readonly value: string }[];
  readonly timeoutMs?: number;
  /** Files of recorded traffic: one to write, or one to answer from. */
  readonly record?: string;
  readonly replay?: string;
  /** A file of answers that stand for models and tools. */
  readonly stubs?: string;
  readonly approve: 'auto' | 'ask' | 'never';
  readonly allowTools: readonly string[];
  readonly denyTools: readonly string[];
  /** MCP servers may be started. */
  readonly mcp: boolean;
  readonly trust: boolean;
  readonly strict: boolean;
  readonly requireLlm: boolean;
}

export type Pair = readonly [name: string, value: string];

export function declareWorldFlags(parser: Parser): void {
  declareChainFlags(parser);
  parser
    .option('--record <file>', 'keep what models and tools are asked and answer, for --replay')
    .option('--replay <file>', 'answer from such a file instead: no key, no server, no connection')
    .option('--stubs <file>', 'answer from a file you wrote instead: for tests of a chain');
  declarePermissionFlags(parser);
}

/** Those that change what the chain says. */
export function declareChainFlags(parser: Parser): void {
  parser
    .option('-m, --model <[step=]provider/model>', 'use this model, for one step or for all', collect, [])
    .option('--set <path=value>', 'change a value of the chain file for this run', collect, []);
}

/** Those that say what the chain may do. */
export function declarePermissionFlags(parser: Parser): void {
  parser
    .addOption(
      new Option('--approve <when>', 'tool calls that a rule asks about, and gates')
        .choices(['ask', 'auto', 'never'])
        .default('ask'),
    )
    .option('--allow-tool <rule>', 'allow such calls without a question: fs.write_file, "fs.*(path=docs/*)"', collect, [])
    .option('--deny-tool <rule>', 'forbid such calls, whatever the chain says', collect, [])
    .option('--no-mcp', 'start no MCP server')
    .option('--trust', 'trust the chain: let it run its commands, functions and servers from now on')
    .option('--strict', 'treat warnings as errors')
    .option('--require-llm', 'refuse models that are not language models');
}

/** Throws `UsageError` for values that are none. */
export function worldFlags({ args, options }: Call): WorldFlags {
  if (args[0] === '') throw nameless();
  return {
    chain: args[0] ?? '',
    maxInputBytes: LARGEST_CHAIN,
    ...modelsOf(options.model),
    set: options.set.map((text: string) => {
      const [path, value] = pair(text, '--set path=value');
      return { path, value };
    }),
    ...(options.timeout === undefined ? {} : { timeoutMs: durationOf(options.timeout) }),
    ...(options.record === undefined ? {} : { record: options.record as string }),
    ...(options.replay === undefined ? {} : { replay: options.replay as string }),
    ...(options.stubs === undefined ? {} : { stubs: options.stubs as string }),
    approve: options.approve as WorldFlags['approve'],
    allowTools: options.allowTool,
    denyTools: options.denyTool,
    mcp: options.mcp !== false,
    trust: options.trust === true,
    strict: options.strict === true,
    requireLlm: options.requireLlm === true,
  };
}

const LARGEST_CHAIN = 1024 * 1024;

/** What an unset variable in a script gives; as a path it would be the working folder. */
function nameless(): UsageError {
  return new UsageError('the name of the chain is empty', { help: 'name a chain file, or - to read the chain from stdin' });
}

export function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

function modelsOf(values: readonly string[]): Pick<WorldFlags, 'model' | 'stepModels'> {
  const stepModels: Record<string, string> = {};
  let model: string | undefined;
  for (const value of values) {
    const [, step, name = value] = /^([a-z][a-z0-9_]*)=(.+)$/.exec(value) ?? [];
    if (step !== undefined) stepModels[step] = name;
    else if (model === undefined) model = name;
    else throw new UsageError(`--model is given twice for all steps: "${model}" and "${name}"`);
  }
  return { stepModels, ...(model === undefined ? {} : { model }) };
}

export function pair(text: string, form: string): Pair {
  const at = text.indexOf('=');
  if (at <= 0) throw new UsageError(`"${text}" is not of the form ${form}`, { code: 'PC2004' });
  return [text.slice(0, at), text.slice(at + 1)];
}

export function durationOf(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms <= 0) {
    throw new UsageError(`--timeout "${text}" is not a duration`, { code: 'PC2004', help: 'write 500ms, 90s, 10m or 2h' });
  }
  return ms;
}

/** `--set` values are YAML scalars: `0.2` is a number, `"0.2"` a text. */
export async function setValues(set: WorldFlags['set']): Promise<readonly { readonly path: string; readonly value: Json }[]> {
  if (set.length === 0) return [];
  const { parse } = await import('yaml');
  return set.map(({ path, value }) => {
    try {
      return { path, value: (parse(value) ?? null) as Json };
    } catch (cause) {
      throw new UsageError(`--set ${path}: "${value}" is not YAML`, {
        code: 'PC2004',
        help: 'quote it, as in a chain file',
        cause,
      });
    }
  });
}
