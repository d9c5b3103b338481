import type { OptionValues, Command as Parser } from 'commander';
import type { Io } from '../core/io.ts';
import type { Output } from '../terminal/output.ts';
import type { Paint } from '../terminal/paint.ts';
import type { Globals } from './globals.ts';
import type { Paths } from './paths.ts';
import type { Settings } from './settings.ts';

/** One line of the table of commands: enough for the list in `--help`, without loading what the command needs. */
export interface CommandEntry {
  readonly name: string;
  /** Lower case, no full stop. */
  readonly summary: string;
  load(): Promise<Command>;
}

/** A command as data. It either runs or has verbs (`memory list`), which are commands again. */
export interface Command {
  /** Printed first in its help. */
  readonly examples: readonly Example[];
  /** Declares arguments and options; those that every command has are added by `program.ts`. */
  configure?(parser: Parser): void;
  /** Resolves to the exit code. What it throws is printed, and turned into an exit code, by `program.ts`. */
  run?(call: Call): Promise<number>;
  readonly verbs?: readonly Verb[];
  /** The verb that is meant where none is given: by options, by the name of a file, or by nothing at all. */
  readonly without?: string;
  /** Help for someone who gives more arguments than it takes. */
  readonly excess?: string;
  /** Works whatever is in the folder: neither configuration nor `.env` is read. */
  readonly bare?: true;
}

export interface Verb extends Command {
  readonly name: string;
  readonly summary: string;
}

export interface Example {
  /** A whole command line, such as `promptchain run hello.yaml --input "Hello"`. */
  readonly command: string;
  /** What it does; lower case, no full stop. */
  readonly note: string;
}

/** The help made from the tables; given to a command, because importing it from there would be a cycle. */
export interface HelpPages {
  readonly commands: readonly string[];
  /** What `promptchain --help` prints. */
  root(): string;
  /** What `promptchain <words…> --help` prints. */
  of(words: readonly string[]): Promise<string>;
  /** What can be typed: for the completion of shells. */
  words(): Promise<readonly CommandWords[]>;
}

/** A command or a verb as a shell completes it. */
export interface CommandWords {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionWords[];
  /** Of its first argument, when that is one of a few words. */
  readonly choices: readonly string[];
  readonly verbs: readonly CommandWords[];
}

export interface OptionWords {
  /** `-i` and `--input`, or one of the two. */
  readonly names: readonly string[];
  readonly summary: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

/** One use of a command: the parsed command line and the world it runs in. */
export interface Call {
  readonly io: Io;
  readonly globals: Globals;
  readonly paths: Paths;
  /** Configuration and what `.env` gave; `io.env` already has the latter. */
  readonly settings: Settings;
  /** The operands, in order, variadic ones included. */
  readonly args: readonly string[];
  /** The command's own options, as commander names them (`--dry-run` is `dryRun`); the global ones are in `globals`. */
  readonly options: OptionValues;
  /** Stdout: the result and nothing else. */
  readonly out: Output;
  /** Stderr: everything else. Never fails. */
  readonly err: Output;
  /** Colours for stderr. */
  readonly paint: Paint;
  /** Someone can be asked: stdin and stderr are terminals and `--no-interactive` is not given. */
  readonly interactive: boolean;
  readonly pages: HelpPages;
  /** For signals and the exit only; everything else goes through `io`. */
  readonly process: NodeJS.Process;
}
