import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../core/errors.ts';
import { fileCause } from '../lib/file-cause.ts';
import { decodeUtf8 } from '../lib/utf8.ts';

export interface EnvFile {
  /** The given environment and what the file adds where that lacks a name. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Names whose value came from the file: a base URL among them is not the user's own. */
  readonly names: readonly string[];
  /** Names the file sets and may not. */
  readonly refused: readonly string[];
  /** Sentences for stderr: what was not taken, and why. */
  readonly warnings: readonly string[];
  /** Absolute path of the file that was read. */
  readonly file?: string;
}

export interface EnvFileOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
  /** From `--env-file` or the configuration; false reads none; by default `.env` of `cwd`, when there is one. */
  readonly file?: string | false | undefined;
}

/**
 * Fills what the environment lacks from a dotenv file. Names that change how this process or its children behave are
 * left out with a warning, because the file usually comes with the project and not from the user.
 * Throws `UsageError` when a file that was asked for cannot be read.
 */
export async function readEnvFile({ env, cwd, file: asked }: EnvFileOptions): Promise<EnvFile> {
  if (asked === false) return { env, names: [], refused: [], warnings: [] };
  const file = resolve(cwd, asked ?? '.env');
  const read = readText(file, asked !== undefined);
  if ('warning' in read) return { env, names: [], refused: [], warnings: read.warning === undefined ? [] : [read.warning] };

  const { parse } = await import('dotenv');
  const lacking = Object.entries(parse(read.text)).filter(([name]) => env[name] === undefined);
  const refused = lacking.filter(([name]) => isRefused(name)).map(([name]) => name);
  const taken = lacking.filter(([name]) => !isRefused(name));
  return {
    env: { ...env, ...Object.fromEntries(taken) },
    names: taken.map(([name]) => name),
    refused,
    warnings: refused.length === 0 ? [] : [refusal(file, refused)],
    file,
  };
}

/** True for a name that an env file may not set: it would change this process, its children or where they connect. */
function isRefused(name: string): boolean {
  const upper = name.toUpperCase();
  if (ALLOWED.has(upper)) return false;
  return REFUSED.has(upper) || REFUSED_PREFIXES.some((prefix) => upper.startsWith(prefix));
}

const MAX_BYTES = 1024 * 1024;

/** Names that the prefixes below mean too, and that a project may well set. */
const ALLOWED: ReadonlySet<string> = new Set(['PROMPTCHAIN_MODEL', 'PROMPTCHAIN_MEMORY', 'NODE_ENV']);

const REFUSED_PREFIXES = [
  'PROMPTCHAIN_',
  'NODE_',
  'NPM_CONFIG_',
  'LD_',
  'DYLD_',
  'XDG_',
  'BASH_',
  'GIT_ASKPASS',
  'GIT_CONFIG',
  'GIT_DIR',
  'GIT_EDITOR',
  'GIT_EXEC_PATH',
  'GIT_EXTERNAL_DIFF',
  'GIT_PAGER',
  'GIT_PROXY_COMMAND',
  'GIT_SSH',
  'PYTHON',
  'PERL5',
  'RUBYLIB',
  'RUBYOPT',
  'OPENSSL_',
  'OTEL_',
  'SSL_CERT_',
] as const;

const REFUSED: ReadonlySet<string> = new Set([
  'PATH',
  'PATHEXT',
  'HOME',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'SHELL',
  'COMSPEC',
  'SYSTEMROOT',
  'WINDIR',
  'ENV',
  'IFS',
  'PS4',
  'PROMPT_COMMAND',
  'SHELLOPTS',
  'BASHOPTS',
  'CDPATH',
  'ZDOTDIR',
  'TMPDIR',
  'TMP',
  'TEMP',
  'EDITOR',
  'VISUAL',
  'PAGER',
  'BROWSER',
  'JAVA_TOOL_OPTIONS',
  'JDK_JAVA_OPTIONS',
  '_JAVA_OPTIONS',
  'FPATH',
  'GCONV_PATH',
  'HOSTALIASES',
  'LOCALDOMAIN',
  'RES_OPTIONS',
  'CURL_HOME',
  'CURL_CA_BUNDLE',
  'REQUESTS_CA_BUNDLE',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'SSLKEYLOGFILE',
  'TRACEPARENT',
  'TRACESTATE',
]);

function readText(file: string, asked: boolean): { text: string } | { warning: string | undefined } {
  try {
    const stats = statSync(file);
    // A pipe that someone names, as in `--env-file <(…)`, has a writer; one that lies about might be waited for without end.
    if (stats.isDirectory() || !(stats.isFile() || asked)) throw new Error('it is not a file');
    if (stats.size > MAX_BYTES) throw new Error('it is larger than 1 MiB');
    const decoded = decodeUtf8(readFileSync(file));
    if (!('text' in decoded) || decoded.text.includes('\0')) throw new Error('it is not UTF-8 text');
    return decoded;
  } catch (cause) {
    if (asked) throw new UsageError(`cannot read the env file ${file}: ${fileCause(cause)}`, { code: 'PC2101', cause });
    return { warning: isMissing(cause) ? undefined : `did not read ${file}: ${fileCause(cause)}` };
  }
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function refusal(file: string, names: readonly string[]): string {
  const pronoun = names.length === 1 ? 'it changes how programs run' : 'they change how programs run';
  return `did not take ${names.join(', ')} from ${file}: ${pronoun}; set ${names.length === 1 ? 'it' : 'them'} in your shell`;
}
