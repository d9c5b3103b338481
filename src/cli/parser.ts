import { CommanderError, Option, Command as Parser } from 'commander';
import { UsageError } from '../core/errors.ts';
import { nearest } from '../lib/nearest.ts';
import type { Command, CommandEntry, Verb } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { GLOBAL_OPTIONS, takesValue } from './globals.ts';
import { commandHelp, verbsHelp } from './usage.ts';

/** What the arguments ask for: a command to run, or a text to print on stdout. */
export type Request =
  | { readonly command: Command; readonly args: readonly string[]; readonly options: Record<string, unknown> }
  | { readonly text: string };

/**
 * Finds the command and its verb, loads it and parses the rest with its own options. `onCommand` is told its name before
 * anything can be wrong with them. Throws `UsageError`.
 */
export async function parseArguments(argv: readonly string[], onCommand: (name: string) => void = () => {}): Promise<Request> {
  const found = findWord(argv, COMMANDS);
  if (found === undefined) throw notACommand(argv);
  onCommand(found.item.name);
  const command = await found.item.load();
  if (command.verbs === undefined) return parseWith(command, found.item.name, found.rest);

  const verb = findWord(found.rest, command.verbs);
  if (verb !== undefined) return parseWith(verb.item, `${found.item.name} ${verb.item.name}`, verb.rest);
  const meant = command.verbs.find(({ name }) => name === command.without);
  if (meant !== undefined && namesNoVerb(found.rest)) return parseWith(meant, `${found.item.name} ${meant.name}`, found.rest);
  if (found.rest.some((argument) => argument === '--help' || argument === '-h')) return { text: verbsHelp(found.item, command) };
  throw notAVerb(found.item, command.verbs, found.rest);
}

/** The help text of `promptchain <words…> --help`. */
export async function helpFor(words: readonly string[]): Promise<string> {
  const request = await parseArguments([...words, '--help']);
  return 'text' in request ? request.text : '';
}

function parseWith(command: Command, name: string, args: readonly string[]): Request {
  const parser = new Parser(`promptchain ${name}`);
  parser.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
  parser.helpOption('-h, --help', 'this help');
  command.configure?.(parser);
  const own = [...parser.options];
  for (const { flags, description, choices } of GLOBAL_OPTIONS) {
    const option = new Option(flags, description);
    parser.addOption(choices === undefined ? option : option.choices(choices));
  }
  try {
    parser.parse([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { text: commandHelp(command, parser, own) };
    throw usageErrorFrom(error, name, command);
  }
  return { command, args: parser.args, options: parser.opts() };
}

/**
 * The first operand that names one of the items, and the arguments without it. Options may come first; the value of one that
 * is not global cannot be told from an operand, so a word right after such an option may be skipped.
 */
function findWord<Item extends { readonly name: string }>(
  args: readonly string[],
  items: readonly Item[],
): { readonly item: Item; readonly rest: readonly string[] } | undefined {
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] ?? '';
    if (argument === '--') return undefined;
    if (takesValue(argument)) index += 1;
    if (argument.startsWith('-')) continue;
    const item = items.find(({ name }) => name === argument);
    if (item !== undefined) return { item, rest: [...args.slice(0, index), ...args.slice(index + 1)] };
    const previous = args[index - 1] ?? '';
    if (!previous.startsWith('-') || previous.includes('=')) return undefined;
  }
  return undefined;
}

/** Nothing, an option of its own, or a word that can only be a file; a bare word is a verb with a slip in it. */
function namesNoVerb([first, ...rest]: readonly string[]): boolean {
  if (first === undefined) return true;
  if (first === '--help' || first === '-h') return false;
  const isGlobal = GLOBAL_OPTIONS.some(({ flags }) => flags.replace(/ <.*/, '').split(', ').includes(first));
  if (isGlobal) return namesNoVerb(takesValue(first) ? rest.slice(1) : rest);
  return first.startsWith('-') || /[./#\\]/.test(first);
}

function notACommand(argv: readonly string[]): UsageError {
  const word = argv.find((argument, index) => !argument.startsWith('-') && !takesValue(argv[index - 1] ?? ''));
  if (word === undefined) {
    return new UsageError(`no command given`, { code: 'PC2002', help: 'promptchain --help lists the commands' });
  }
  if (/\.ya?ml$/i.test(word)) {
    return new UsageError(`"${word}" is not a command`, { code: 'PC2002', help: `did you mean "promptchain run ${word}"?` });
  }
  const close = nearest(
    word,
    COMMANDS.map(({ name }) => name),
  );
  const help = close === undefined ? 'promptchain --help lists the commands' : `did you mean "promptchain ${close}"?`;
  return new UsageError(`"${word}" is not a command`, { code: 'PC2002', help });
}

function notAVerb(entry: CommandEntry, verbs: readonly Verb[], args: readonly string[]): UsageError {
  const names = verbs.map(({ name }) => name);
  const word = args.find((argument, index) => !argument.startsWith('-') && !takesValue(args[index - 1] ?? ''));
  const message = word === undefined ? `"${entry.name}" needs a verb` : `"${word}" is not a verb of "${entry.name}"`;
  const close = word === undefined ? undefined : nearest(word, names);
  const help = close === undefined ? `use one of: ${names.join(', ')}` : `did you mean "promptchain ${entry.name} ${close}"?`;
  return new UsageError(message, { code: 'PC2002', help });
}

/** Commander's sentence without its prefix; its suggestion becomes our help. */
function usageErrorFrom(error: CommanderError, name: string, { excess }: Command): UsageError {
  const [first = '', ...more] = error.message.replace(/^error: /, '').split('\n');
  const hint = more.join(' ').replace(/^\(|\)$/g, '');
  const dash = error.code === 'commander.unknownOption' ? '; put -- before a text that begins with a dash' : '';
  if (error.code === 'commander.excessArguments' && excess !== undefined)
    return new UsageError(first, { code: 'PC2003', help: excess });
  const help = hint === '' ? `promptchain ${name} --help lists the options${dash}` : hint.replace(/^Did/, 'did');
  return new UsageError(first, { code: 'PC2003', help, cause: error });
}
