import type { OptionValues } from 'commander';

/** The options every command takes, before or after its name. */
export interface Globals {
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly debug: boolean;
  readonly logFile?: string;
  readonly color?: 'auto' | 'always' | 'never';
  readonly interactive: boolean;
  readonly yes: boolean;
  /** False reads none, undefined `.env` of the working folder if there is one. */
  readonly envFile?: string | false;
  /** Run as if started in this folder. */
  readonly dir?: string;
}

export interface GlobalOption {
  readonly flags: string;
  readonly description: string;
  readonly choices?: readonly string[];
}

export const GLOBAL_OPTIONS: readonly GlobalOption[] = [
  { flags: '-q, --quiet', description: 'print errors only on stderr' },
  { flags: '-v, --verbose', description: 'print more on stderr: intermediate output, conditions, usage' },
  { flags: '--debug', description: 'like --verbose, with stack traces' },
  { flags: '--log-file <file>', description: 'append what --verbose would print to a file' },
  { flags: '--color <when>', description: 'colours on a terminal', choices: ['auto', 'always', 'never'] },
  { flags: '--no-interactive', description: 'never ask; fail instead' },
  { flags: '-y, --yes', description: 'answer yes to every question, except a gate and whether to trust a chain or allow a tool' },
  { flags: '--env-file <file>', description: 'read variables from this file instead of .env' },
  { flags: '--no-env-file', description: 'read no .env file' },
  { flags: '-C, --directory <dir>', description: 'work in this folder' },
];

/** The values of the global options out of everything that was parsed. */
export function globalsFrom(options: OptionValues): Globals {
  const verbose = options.verbose === true || options.debug === true;
  return {
    quiet: options.quiet === true,
    verbose,
    debug: options.debug === true,
    interactive: options.interactive !== false,
    yes: options.yes === true,
    ...(options.logFile === undefined ? {} : { logFile: options.logFile }),
    ...(options.color === undefined ? {} : { color: options.color }),
    ...(typeof options.envFile === 'string' || options.envFile === false ? { envFile: options.envFile } : {}),
    ...(options.directory === undefined ? {} : { dir: options.directory }),
  };
}

/** True for a global option that takes the next argument as its value. */
export function takesValue(argument: string): boolean {
  return GLOBAL_OPTIONS.some(({ flags }) => flags.includes('<') && flags.replace(/ <.*/, '').split(', ').includes(argument));
}
