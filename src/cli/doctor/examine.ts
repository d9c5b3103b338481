import { accessSync, constants, existsSync } from 'node:fs';
import { arch, platform, release } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { ChainError, Failure } from '../../core/errors.ts';
import { resolveAuto } from '../../models/auto.ts';
import { detectModels } from '../../models/detect.ts';
import { readKeyFile } from '../../models/key-file.ts';
import type { Call } from '../command.ts';
import { modelConfig } from '../model-config.ts';
import { providerRows } from '../models/rows.ts';
import { packageVersion } from '../package-dir.ts';
import { memoryFile, runsDir } from '../paths.ts';
import { noSettings, readSettings, type Settings } from '../settings.ts';

/** What `doctor` found; its `--json`. No key is in it, only the last characters of one. */
export interface Examination {
  readonly schema: 'promptchain.doctor.v1';
  readonly ok: boolean;
  readonly version: string;
  readonly node: { readonly version: string; readonly path: string };
  readonly platform: string;
  readonly paths: { readonly [name: string]: string };
  readonly config: { readonly files: readonly string[]; readonly warnings: readonly string[] };
  readonly keys: readonly { readonly provider: string; readonly source: string; readonly tail: string }[];
  readonly servers: readonly { readonly provider: string; readonly url: string; readonly models: readonly string[] }[];
  /** What `model: auto` stands for; null when that cannot be told. */
  readonly auto: string | null;
  readonly problems: readonly string[];
}

/** Looks at everything a run depends on, and goes on where something is wrong: that is what it is for. */
export async function examine(call: Call): Promise<Examination> {
  const problems: string[] = [];
  const settings = await settingsOf(call, problems);
  const there = { ...call, settings, io: { ...call.io, env: settings.env } };
  const config = modelConfig(there);
  const { keys, servers } = await attempt(problems, () => detectModels(there.io, config), { keys: [], servers: [] });
  const auto = await attempt(problems, async () => (await resolveAuto(there.io, config)).id, null);
  await attempt(problems, () => readKeyFile(config, 'keys.json'), {});
  for (const { provider, problem, base_url_from } of await attempt(problems, () => providerRows(there.io, config), [])) {
    if (problem !== null && base_url_from !== null) problems.push(`${provider}: ${problem}`);
  }
  for (const folder of new Set(Object.values(call.paths))) if (!canHold(folder)) problems.push(`${folder} cannot be written`);
  if (!isInstalled('bash', call.io.env.PATH))
    problems.push('bash is not found in PATH: steps with run: need it, unless they say shell:');
  return {
    schema: 'promptchain.doctor.v1',
    ok: problems.length === 0,
    version: packageVersion(),
    node: { version: process.version, path: process.execPath },
    platform: `${platform()} ${release()} ${arch()}`,
    paths: { config: call.paths.config, memory: memoryFile(call.paths), runs: runsDir(call.paths), cache: call.paths.cache },
    config: { files: settings.config.files, warnings: settings.warnings },
    keys: keys.map(({ provider, from, tail }) => ({
      provider: provider.id,
      source: settings.envFileNames.includes(from) ? `${from} in .env` : from,
      tail,
    })),
    servers: servers.map(({ provider, url, models }) => ({ provider: provider.id, url, models })),
    auto,
    problems,
  };
}

async function settingsOf({ io, globals, paths }: Call, problems: string[]): Promise<Settings> {
  const read = () => readSettings({ env: io.env, cwd: io.cwd, configDir: paths.config, envFile: globals.envFile });
  const settings = await attempt(problems, read, noSettings(io.env));
  problems.push(...settings.warnings);
  return settings;
}

async function attempt<Value>(problems: string[], look: () => Promise<Value>, otherwise: Value): Promise<Value> {
  try {
    return await look();
  } catch (error) {
    problems.push(...sentencesOf(error));
    return otherwise;
  }
}

function sentencesOf(error: unknown): readonly string[] {
  if (error instanceof ChainError)
    return error.problems.map(({ message, position: { file, line, column } }) => `${file}:${line}:${column}: ${message}`);
  if (!(error instanceof Failure)) throw error;
  return [error.message];
}

/** A folder that is not there yet can be made if the nearest one that is can be written. */
function canHold(folder: string): boolean {
  let there = folder;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  try {
    accessSync(there, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function isInstalled(program: string, path: string | undefined): boolean {
  return (path ?? '')
    .split(delimiter)
    .some((folder) => existsSync(join(folder, program)) || existsSync(join(folder, `${program}.exe`)));
}
