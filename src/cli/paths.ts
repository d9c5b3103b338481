import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** The folders promptchain keeps its own files in, all absolute. Nothing is created by asking. */
export interface Paths {
  readonly config: string;
  /** Memory stores. */
  readonly data: string;
  /** Run journals. */
  readonly state: string;
  readonly cache: string;
}

/** XDG folders, on macOS too; `PROMPTCHAIN_HOME` puts all four under one. Relative XDG values are ignored, as its specification says. */
export function pathsFrom(env: Readonly<Record<string, string | undefined>>, cwd: string): Paths {
  const own = env.PROMPTCHAIN_HOME;
  if (own) {
    const root = isAbsolute(own) ? own : join(cwd, own);
    return { config: join(root, 'config'), data: join(root, 'data'), state: join(root, 'state'), cache: join(root, 'cache') };
  }
  const home = env.HOME || homedir();
  const folder = (value: string | undefined, fallback: string): string =>
    join(value && isAbsolute(value) ? value : join(home, fallback), 'promptchain');
  return {
    config: folder(env.XDG_CONFIG_HOME, '.config'),
    data: folder(env.XDG_DATA_HOME, '.local/share'),
    state: folder(env.XDG_STATE_HOME, '.local/state'),
    cache: folder(env.XDG_CACHE_HOME, '.cache'),
  };
}

/** The memory store that every chain uses unless told otherwise. */
export function memoryFile({ data }: Paths): string {
  return join(data, 'memory.jsonl');
}

/** The folder of cached answers. */
export function answersDir({ cache }: Paths): string {
  return join(cache, 'answers');
}

/** The folder of run journals. */
export function runsDir({ state }: Paths): string {
  return join(state, 'runs');
}
