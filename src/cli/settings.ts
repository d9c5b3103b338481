import { type Config, loadConfig } from './config.ts';
import { readEnvFile } from './env-file.ts';

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
  return { config, env: file.env, envFileNames: file.names, warnings: file.warnings };
}

/** For commands that must work whatever is in the folder. */
export function noSettings(env: Settings['env']): Settings {
  return { config: { files: [] }, env, envFileNames: [], warnings: [] };
}
