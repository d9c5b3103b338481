import { type Config, loadConfig } from './config.ts';
import { type EnvFile, readEnvFile } from './env-file.ts';

/** What the configuration files and `.env` add to the command line. */
export interface Settings {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Variables whose value came from the env file: a base URL among them is not the user's own. */
  readonly envFileNames: readonly string[];
  /** Sentences for people. */
  readonly warnings: readonly string[];
}

export interface SettingsSource {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
  readonly configDir: string;
  /** The flag `--env-file` or `--no-env-file`; it goes over the configuration. */
  readonly envFile?: string | false | undefined;
}

/** Reads the configuration, then the env file it or the flag names. Throws `ChainError` and `UsageError`. */
export async function readSettings({ env, cwd, configDir, envFile }: SettingsSource): Promise<Settings> {
  const config = await loadConfig({ cwd, configDir });
  const file = await readEnvFile({ env, cwd, file: envFile ?? config.envFile });
  return { config, env: file.env, envFileNames: file.names, warnings: [...file.warnings, ...readByNode(file, envFile)] };
}

/**
 * Node looks for `--env-file` in the whole command line, the arguments of a program included, and applies `NODE_OPTIONS` from
 * that file before the program starts: nothing here can undo it. `.env` and `env_file` of the configuration it does not see.
 */
function readByNode({ refused, file = '' }: EnvFile, flag: SettingsSource['envFile']): readonly string[] {
  if (typeof flag !== 'string' || !refused.includes('NODE_OPTIONS')) return [];
  return [
    `Node itself reads a file that --env-file names, and has applied NODE_OPTIONS from ${file}; a .env would not be read so`,
  ];
}

/** For commands that must work whatever is in the folder. */
export function noSettings(env: Settings['env']): Settings {
  return { config: { files: [] }, env, envFileNames: [], warnings: [] };
}
