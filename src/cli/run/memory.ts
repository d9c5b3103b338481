import { resolve } from 'node:path';
import type { Chain } from '../../core/chain.ts';
import type { Memory } from '../../core/memory.ts';
import { type MemoryStore, openMemory } from '../../store/memory.ts';
import type { Call } from '../command.ts';
import { memoryFile } from '../paths.ts';
import type { RunFlags } from './flags.ts';

export interface ChosenMemory {
  readonly memory: Memory;
  /** Goes over the namespace of the chain. */
  readonly namespace?: string;
}

/** Which store a run uses, and under which namespace: `--memory`, then the chain, then the settings. */
export function chooseMemory(
  call: Call,
  flags: Pick<RunFlags, 'memory'>,
  chain: Chain,
  warn: (message: string) => void,
): ChosenMemory {
  if (flags.memory === false || !chain.uses.memory) return { memory: NO_MEMORY };
  const asked = flags.memory;
  const memory = openStore(call, asked, warn);
  if (asked !== undefined && isStorePath(asked)) return { memory };
  const fallback = call.io.env.PROMPTCHAIN_MEMORY || call.settings.config.memory;
  const namespace = asked ?? (chain.memory.namespace === undefined ? fallback : undefined);
  return namespace === undefined ? { memory } : { memory, namespace };
}

/** The store that `--memory` names, else the user's own. */
export function openStore(call: Call, asked: string | undefined, warn: (message: string) => void): MemoryStore {
  const file = asked !== undefined && isStorePath(asked) ? resolve(call.io.cwd, asked) : memoryFile(call.paths);
  return openMemory(file, { warn });
}

/** `--memory` takes both: what has a slash or ends like a store is a path. */
export function isStorePath(text: string): boolean {
  return /[/\\]/.test(text) || /\.jsonl?$/.test(text);
}

const NO_MEMORY: Memory = { read: async () => ({}), commit: async () => undefined };
