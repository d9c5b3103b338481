import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelError } from '../core/errors.ts';
import { isJsonObject } from '../core/json.ts';
import type { ModelConfig } from './config.ts';

/** `keys.json` of the user's settings: provider to key. Empty when there is none; refused when others can read it. */
export async function readKeyFile(config: ModelConfig, provider: string): Promise<Readonly<Record<string, string>>> {
  if (config.configDir === undefined) return {};
  const file = join(config.configDir, 'keys.json');
  try {
    const { mode } = await stat(file);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw unusable(`${file} can be read by other users`, `run: chmod 600 ${file}`, provider);
    }
    return keysIn(await readFile(file, 'utf8'), file, provider);
  } catch (error) {
    if (error instanceof ModelError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return {};
    throw unusable(`${file} cannot be read (${code ?? 'unknown error'})`, undefined, provider);
  }
}

function keysIn(text: string, file: string, provider: string): Readonly<Record<string, string>> {
  const help = 'write it like {"openai": "the key"}';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message would quote the file, and with it a key.
    throw unusable(`${file} is not JSON`, help, provider);
  }
  if (!isJsonObject(value) || Object.values(value).some((key) => typeof key !== 'string')) {
    throw unusable(`${file} is not a map of provider to key`, help, provider);
  }
  return Object.assign(Object.create(null), value) as Record<string, string>;
}

function unusable(message: string, help: string | undefined, provider: string): ModelError {
  return new ModelError(message, { code: 'PC4004', reason: 'auth', provider, help });
}
