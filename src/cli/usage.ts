import type { Argument, Option, Command as Parser } from 'commander';
import type { Command, CommandEntry } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { GLOBAL_OPTIONS } from './globals.ts';

/** `promptchain --help`: made from the tables alone, so that it costs no more than starting Node. */
export function rootHelp(): string {
  return [
    'Run chains of language-model work written in YAML.',
    '',
    section('Examples', [
      ['promptchain init', 'a starter chain that runs without a key'],
      ['promptchain run chain.yaml --input "Hello"', ''],
      ['cat notes.txt | promptchain run chain.yaml > out.txt', ''],
    ]),
    'Usage: promptchain [options] <command>',
    '',
    section(
      'Commands',
      COMMANDS.map(({ name, summary }) => [name, summary]),
    ),
    section('Options, before or after the command', [
      ...GLOBAL_OPTIONS.map(({ flags, description }) => [flags, description] as const),
      ['-h, --help', 'help for a command'],
      ['-V, --version', 'the version'],
    ]),
    'promptchain help <command> or <command> --help shows the rest.',
    '',
  ].join('\n');
}

/** What `promptchain` alone prints. */
export function firstHelp(): string {
  return [
    'Run chains of language-model work written in YAML.',
    '',
    'Start here:',
    '  promptchain init                      write a starter chain, .env.example and editor settings',
    '  promptchain run chain.yaml -i "..."   run a chain; without a key it runs offline',
    '  promptchain --help                    every command',
    '',
  ].join('\n');
}

/** `promptchain <command> --help`: examples first; `own` are the options that not every command has. */
export function commandHelp(command: Command, parser: Parser, own: readonly Option[]): string {
  const operands = parser.registeredArguments;
  return [
    examplesOf(command),
    `Usage: ${[parser.name(), '[options]', ...operands.map(operandTerm)].join(' ')}`,
    '',
    ...(operands.length === 0
      ? []
      : [
          section(
            'Arguments',
            operands.map((operand) => [operandTerm(operand), operand.description]),
          ),
        ]),
    section('Options', [...own.filter(({ hidden }) => !hidden).map(optionRow), ['-h, --help', 'this help']]),
    section(
      'Options of every command',
      GLOBAL_OPTIONS.map(({ flags, description }) => [flags, description]),
    ),
  ].join('\n');
}

/** The help of a command that has verbs. */
export function verbsHelp({ name, summary }: CommandEntry, { verbs = [], ...command }: Command): string {
  return [
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    '',
    examplesOf(command),
    `Usage: promptchain ${name} <verb> [options]`,
    '',
    section(
      'Verbs',
      verbs.map((verb) => [verb.name, verb.summary]),
    ),
    `promptchain ${name} <verb> --help shows the rest.`,
    '',
  ].join('\n');
}

function examplesOf({ examples }: Command): string {
  return section(
    'Examples',
    examples.flatMap(({ command, note }) => [
      [`# ${note}`, ''],
      [command, ''],
    ]),
  );
}

function operandTerm(operand: Argument): string {
  const name = `${operand.name()}${operand.variadic ? '...' : ''}`;
  return operand.required ? `<${name}>` : `[${name}]`;
}

function optionRow({ flags, description, argChoices, defaultValue, defaultValueDescription }: Option): readonly [string, string] {
  const choices = argChoices === undefined ? '' : ` (${argChoices.join(', ')})`;
  const shown = typeof defaultValue === 'string' || typeof defaultValue === 'number';
  const initial = shown ? ` (default ${defaultValueDescription ?? defaultValue})` : '';
  return [flags, `${description}${choices}${initial}`];
}

/** A titled two-column list. */
function section(title: string, rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([term]) => Math.min(term.length, WIDEST_TERM)));
  return [`${title}:`, ...rows.map(([term, text]) => `  ${term.padEnd(width)}  ${text}`.trimEnd()), ''].join('\n');
}

const WIDEST_TERM = 36;
