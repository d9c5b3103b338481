import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ChainError, UsageError } from '../core/errors.ts';
import type { Problem } from '../core/problem.ts';
import { fileCause } from '../lib/file-cause.ts';
import type { UserConfig } from './schemas/config.ts';

/** The settings of the configuration files, a project's over the user's. Flags, variables and the chain file go over them. */
export interface Config {
  /** The default model, `provider/name` or `auto`. */
  readonly model?: string;
  /** The memory namespace of chains that name none. */
  readonly memory?: string;
  readonly color?: 'auto' | 'always' | 'never';
  /** Only ever the user's: how to reach providers, and who else may get their keys. */
  readonly providers?: NonNullable<UserConfig['providers']>;
  readonly allowHosts?: readonly string[];
  /** Folders whose chains are trusted; `~` is not yet expanded. */
  readonly trusted?: readonly string[];
  /** Absolute path of the env file; false reads none. */
  readonly envFile?: string | false;
  /** Absolute paths of the files that were read, the strongest first. */
  readonly files: readonly string[];
}

const PROJECT_FILE = 'promptchain.config.yaml';
const USER_FILE = 'config.yaml';

/**
 * Reads `promptchain.config.yaml`, the nearest one from `cwd` up to the repository's root, and `config.yaml` of
 * `configDir`. Outside a repository only `cwd` is looked at, so that nobody else's folder above it has a say.
 * Throws `ChainError` with every problem of both files.
 */
export async function loadConfig({ cwd, configDir }: { cwd: string; configDir: string }): Promise<Config> {
  const sources = [
    { file: projectFile(cwd), user: false },
    { file: existing(join(configDir, USER_FILE)), user: true },
  ].flatMap(({ file, user }) => (file === undefined ? [] : [{ file, user, text: readText(file) }]));
  if (sources.length === 0) return { files: [] };

  const { readConfigText } = await import('./config-text.ts');
  const parsed = sources.map((source) => ({ ...source, ...readConfigText(source) }));
  const problems = parsed.flatMap(({ problems }) => problems);
  if (problems.length > 0) throw new ChainError(problems, new Map(sources.map(({ file, text }) => [file, text])));

  const weakestFirst = parsed.toReversed().map(({ values, file }) => settings(values, file));
  return { ...Object.assign({}, ...weakestFirst), files: sources.map(({ file }) => file) };
}

/**
 * The model of steps whose chain names none: `PROMPTCHAIN_MODEL` over the configuration; undefined leaves it to `auto`.
 * Throws `UsageError`: the loader would blame the chain, which does not hold the mistake.
 */
export function defaultModel(config: Config, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const named = env.PROMPTCHAIN_MODEL;
  if (!named) return config.model;
  if (/^(auto|[^\s/]+\/\S+)$/.test(named)) return named;
  throw new UsageError(`PROMPTCHAIN_MODEL is ${JSON.stringify(named)}, which is not a model`, {
    help: 'write provider/model, such as openai/gpt-4o-mini, or auto',
  });
}

function projectFile(cwd: string): string | undefined {
  const folders = foldersUp(cwd);
  const root = folders.findIndex((folder) => existsSync(join(folder, '.git')));
  const inside = root === -1 ? [cwd] : folders.slice(0, root + 1);
  return inside.map((folder) => existing(join(folder, PROJECT_FILE))).find((file) => file !== undefined);
}

function foldersUp(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...foldersUp(parent)];
}

function existing(file: string): string | undefined {
  return existsSync(file) ? file : undefined;
}

function readText(file: string): string {
  try {
    if (!statSync(file).isFile()) throw new Error('it is not a file');
    if (statSync(file).size > MAX_BYTES) throw new Error('it is larger than 64 KiB');
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const problem: Problem = {
      code: 'PC1901',
      severity: 'error',
      message: `cannot read the configuration: ${fileCause(cause)}`,
      position: { file, line: 1, column: 1 },
    };
    throw new ChainError([problem], new Map());
  }
}

const MAX_BYTES = 64 * 1024;

function settings(values: UserConfig, file: string): Omit<Config, 'files'> {
  return {
    ...(values.model === undefined ? {} : { model: values.model }),
    ...(values.memory === undefined ? {} : { memory: values.memory }),
    ...(values.color === undefined ? {} : { color: values.color }),
    ...(values.providers === undefined ? {} : { providers: values.providers }),
    ...(values.allow_hosts === undefined ? {} : { allowHosts: values.allow_hosts }),
    ...(values.trusted === undefined ? {} : { trusted: values.trusted }),
    ...(values.env_file === undefined
      ? {}
      : { envFile: values.env_file === false ? false : resolve(dirname(file), values.env_file) }),
  };
}
