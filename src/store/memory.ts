import type { Json } from '../core/json.ts';
import type { CommitOptions, Memory, MemoryChange } from '../core/memory.ts';
import { linesIn } from './memory-lines.ts';
import type { Log } from './memory-log.ts';
import { readLog } from './memory-read.ts';
import { type Repair, repairStore } from './memory-repair.ts';
import { createSeen } from './memory-seen.ts';
import { replay, replayNamespace, type State } from './memory-state.ts';
import { type Commit, commitAll, rewrite } from './memory-write.ts';

/** Namespace to key to value: what `memory export` prints. */
export interface MemoryContents {
  readonly [namespace: string]: { readonly [key: string]: Json };
}

/** A store in one file. Nothing is read or created before it is used; a file that does not exist is an empty store. */
export interface MemoryStore extends Memory {
  readonly file: string;
  /** Everything, in one consistent view. */
  contents(): Promise<MemoryContents>;
  /** Sets every key given; `replace` first empties the namespaces given. All or nothing. */
  load(contents: MemoryContents, options?: { readonly replace?: boolean }): Promise<void>;
  /** Empties a namespace, or all; nothing of it is left in the file. Returns the number of keys removed. */
  clear(namespace?: string): Promise<number>;
  /** Moves a damaged store aside and keeps what is intact in it. */
  repair(): Promise<Repair>;
}

export interface MemoryOptions {
  /** Told, in a sentence, of what was found and can be lived with: a write that had been cut off. */
  readonly warn?: (message: string) => void;
  /** How long one other process may keep the store before a write gives up, in milliseconds; 20 s if not given. */
  readonly patienceMs?: number;
}

/** Opens the store kept in `file`: see `src/store/memory-line.ts` for its format. */
export function openMemory(file: string, { warn, patienceMs }: MemoryOptions = {}): MemoryStore {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn;
    return turn;
  };
  const seen = createSeen();
  const waiting: Waiting[] = [];
  /** What has come while the one before was written is written together. */
  const writeWaiting = async (): Promise<void> => {
    const commits = waiting.splice(0);
    try {
      const refusals = await commitAll(file, commits, { patienceMs }, seen);
      for (const [index, { resolve, reject }] of commits.entries()) {
        if (refusals[index] === undefined) resolve();
        else reject(refusals[index]);
      }
    } catch (error) {
      for (const { reject } of commits) reject(error);
    }
  };
  const look = async (): Promise<Log> => {
    const log = await readLog(file, seen);
    if (log.torn > 0) warn?.(tornWarning(log, file));
    return log;
  };
  return {
    file,
    async read(namespace) {
      const lines = linesIn(await look());
      return Object.fromEntries(replayNamespace(lines, namespace).get(namespace) ?? []);
    },
    commit(namespace: string, changes: readonly MemoryChange[], options: CommitOptions = {}) {
      if (changes.length === 0) return Promise.resolve();
      return new Promise((resolve, reject) => {
        waiting.push({ namespace, changes, options, resolve, reject });
        if (waiting.length === 1) void inTurn(writeWaiting);
      });
    },
    async contents() {
      return Object.fromEntries([...replay(await look())].map(([namespace, keys]) => [namespace, Object.fromEntries(keys)]));
    },
    load(contents, { replace = false } = {}) {
      return inTurn(() => rewrite(file, { patienceMs }, seen, (whole) => loadInto(whole, contents, replace)));
    },
    clear(namespace) {
      return inTurn(() => rewrite(file, { patienceMs }, seen, (whole) => clearState(whole, namespace)));
    },
    repair() {
      return inTurn(() => repairStore(file, { patienceMs }));
    },
  };
}

interface Waiting extends Commit {
  resolve(): void;
  reject(error: unknown): void;
}

function clearState(whole: State, namespace: string | undefined): number {
  const cleared = namespace === undefined ? [...whole.keys()] : [namespace];
  let removed = 0;
  for (const name of cleared) {
    removed += whole.get(name)?.size ?? 0;
    whole.delete(name);
  }
  return removed;
}

function loadInto(whole: State, contents: MemoryContents, replace: boolean): void {
  for (const [namespace, values] of Object.entries(contents)) {
    const keys = replace ? new Map<string, Json>() : (whole.get(namespace) ?? new Map<string, Json>());
    for (const [key, value] of Object.entries(values)) {
      keys.delete(key);
      keys.set(key, value);
    }
    if (keys.size > 0) whole.set(namespace, keys);
    else whole.delete(namespace);
  }
}

function tornWarning({ end, torn }: Log, file: string): string {
  return `the last write to ${file} was cut off: the ${torn} bytes after byte ${end} are ignored; the next write sets them aside`;
}
