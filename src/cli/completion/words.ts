import { Option, Command as Parser } from 'commander';
import type { Command, CommandWords, OptionWords } from '../command.ts';
import { COMMANDS } from '../commands/index.ts';
import { GLOBAL_OPTIONS } from '../globals.ts';

/** What can be typed after `promptchain`, from the same tables as the help. */
export async function commandWords(): Promise<readonly CommandWords[]> {
  return Promise.all(COMMANDS.map(async ({ name, summary, load }) => wordsOf(name, summary, await load())));
}

function wordsOf(name: string, summary: string, command: Command): CommandWords {
  const parser = new Parser();
  parser.helpOption(false);
  command.configure?.(parser);
  const globals = GLOBAL_OPTIONS.map(({ flags, description, choices }) => {
    const option = new Option(flags, description);
    return choices === undefined ? option : option.choices(choices);
  });
  const help = new Option('-h, --help', 'this help');
  return {
    name,
    summary,
    options: [...parser.options, ...globals, help].map(optionWords),
    choices: parser.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
    verbs: (command.verbs ?? []).map((verb) => wordsOf(verb.name, verb.summary, verb)),
  };
}

function optionWords({ long, short, description, argChoices, required, optional }: Option): OptionWords {
  return {
    names: [short, long].filter((name) => name !== undefined),
    summary: description,
    takesValue: required || optional,
    choices: argChoices ?? [],
  };
}
