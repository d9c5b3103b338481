import { z } from 'zod';
import { StepError } from '../core/errors.ts';
import type { StepEvent } from '../core/event.ts';
import { isJsonObject, type Json, textOf } from '../core/json.ts';
import type { StepContext, StepOutcome } from '../core/step.ts';
import { fields } from '../lib/fields.ts';
import { localPrograms } from '../lib/local-programs.ts';
import { merge } from '../lib/merge.ts';
import { runProcess } from '../lib/process.ts';
import { defineKind } from './define.ts';
import { text, value } from './fields.ts';

/** `--norc`, because our pipes are sockets and bash takes a socket on stdin for a remote shell, which reads ~/.bashrc. */
const DEFAULT_SHELL = ['bash', '--norc', '-euo', 'pipefail', '-c'];
/** Linux refuses a single variable of more than 128 KiB: a longer input reaches the command on stdin alone. */
const LONGEST_VARIABLE = 120_000;

const ARGUMENT = 'must not hold a null byte: a program cannot be given one';

/** A shell command: its stdin is the previous output, its stdout the step's. */
export const run = defineKind({
  key: 'run',
  summary: 'a shell command; stdin is the previous output, stdout is the output',
  example: '- run: sort | uniq -c\n',
  shape: 'leaf',
  options: fields({
    run: () =>
      z
        .union([z.string().min(1).refine(isArgument, ARGUMENT), z.array(z.string().refine(isArgument, ARGUMENT)).min(1)])
        .describe('a script for the shell, or a list: a program and its arguments, without a shell'),
    shell: () =>
      z
        .array(z.string())
        .min(1)
        .optional()
        .describe('the program and arguments that get the script; by default bash -euo pipefail -c'),
    stdin: () => text().optional().describe('what the command reads; by default the previous output'),
    env: () =>
      z
        .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not a name for a variable'), value())
        .optional()
        .describe('variables for the command'),
    cwd: () => z.string().optional().describe("the folder it runs in, relative to the chain's"),
    parse: () => z.enum(['text', 'json', 'lines']).optional().describe('also read the output as data: json, or lines as a list'),
  }),
  bind(options, binding) {
    const [program, ...args] = Array.isArray(options.run) ? options.run : [...(options.shell ?? DEFAULT_SHELL), options.run];
    const stdin = binding.text(['stdin']);
    const env = binding.value(['env']);
    const cwd = options.cwd === undefined ? undefined : binding.file(['cwd'], options.cwd);
    const shown = Array.isArray(options.run) ? options.run.join(' ') : options.run;
    return {
      runs: 'command',
      files: () => localPrograms([program ?? '', ...args].flatMap(wordsOf), cwd ?? binding.dir),
      ...(stdin === undefined ? { reads: ['input'] as const } : {}),
      preview: () => shown,
      async *run(context) {
        const input = stdin?.fill(context.scope) ?? context.scope.input;
        const child = runProcess({
          command: [program ?? '', ...args],
          cwd: cwd ?? context.chain.dir,
          env: { ...context.io.env, ...inputVariables(context), ...textsOf(env?.value(context.scope) ?? {}) },
          stdin: input,
          signal: context.signal,
        });
        const live = options.parse === undefined || options.parse === 'text';
        const [output] = yield* merge<StepEvent, string>(
          [() => readOutput(child.output(), context, live), () => readLog(child.log(), context)],
          { concurrency: 2, signal: context.signal },
        );
        await child.done();
        return parsed(output ?? '', options.parse ?? 'text');
      },
    };
  },
});

/** Split as a shell would, roughly: enough to see that a script names ./build.sh. */
function wordsOf(text: string): readonly string[] {
  return text.split(/[\s;&|<>()"'`]+/, 1000);
}

async function* readOutput(
  chunks: AsyncIterable<string>,
  context: StepContext,
  live: boolean,
): AsyncGenerator<StepEvent, string> {
  const parts: string[] = [];
  for await (const chunk of withoutLastNewline(chunks)) {
    parts.push(chunk);
    if (live) yield { type: 'step.delta', step: context.path, text: chunk };
  }
  return parts.join('');
}

async function* readLog(lines: AsyncIterable<string>, context: StepContext): AsyncGenerator<StepEvent, string> {
  for await (const line of lines) yield { type: 'step.log', step: context.path, text: line };
  return '';
}

/** A command ends its last line; an output is a text without that, as with `$(…)` in a shell. */
async function* withoutLastNewline(chunks: AsyncIterable<string>): AsyncGenerator<string, void> {
  let held = '';
  for await (const chunk of chunks) {
    const all = held + chunk;
    held = all.endsWith('\r\n') ? '\r\n' : all.endsWith('\n') ? '\n' : '';
    const ready = all.slice(0, all.length - held.length);
    if (ready !== '') yield ready;
  }
}

/** The input, and of a tool each argument by its name: values, never text of the command. */
function inputVariables({ scope, args }: StepContext): Record<string, string> {
  const variables: Record<string, string> = {};
  const offer = (name: string, content: string) => {
    if (Buffer.byteLength(content) <= LONGEST_VARIABLE && !content.includes('\0')) variables[name] = content;
  };
  offer('INPUT', scope.input);
  if (scope.item !== undefined) offer('ITEM', textOf(scope.item));
  for (const [name, value] of Object.entries(args ?? {})) offer(`ARG_${name.replace(/[^A-Za-z0-9_]/g, '_')}`, textOf(value));
  return variables;
}

function textsOf(values: Json): Record<string, string> {
  if (!isJsonObject(values)) return {};
  const texts = Object.entries(values).map(([name, content]) => [name, textOf(content)] as const);
  const refused = texts.find(([, content]) => !isArgument(content));
  if (refused === undefined) return Object.fromEntries(texts);
  throw new StepError(`the variable ${refused[0]} would hold a null byte, which a program cannot be given`, {
    code: 'PC7106',
    reason: 'command',
    help: 'give the text on stdin: stdin: "{…}"',
  });
}

function isArgument(content: string): boolean {
  return !content.includes('\0');
}

function parsed(output: string, form: 'text' | 'json' | 'lines'): StepOutcome {
  if (form === 'text') return { output };
  if (form === 'lines') return { output, data: output === '' ? [] : output.split(/\r?\n/) };
  try {
    return { output, data: JSON.parse(output) as Json };
  } catch (cause) {
    throw new StepError(`the command's output is not JSON: ${(cause as Error).message}`, {
      code: 'PC7105',
      reason: 'command',
      help: 'it says "parse: json"; its stdout must be one JSON value and nothing else',
      cause,
    });
  }
}
