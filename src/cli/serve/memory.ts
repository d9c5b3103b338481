import { resolve } from 'node:path';
import type { Memory } from '../../core/memory.ts';
import type { MemoryView } from '../../serve/service.ts';
import { openMemory } from '../../store/memory.ts';
import type { Call } from '../command.ts';
import { memoryFile } from '../paths.ts';
import { isStorePath } from '../run/memory.ts';
import { ownMemory } from '../test/own-memory.ts';
import type { ServeFlags } from './flags.ts';

/** The store that the served chains use, to be read; undefined unless the operator has said that clients may. */
export function createMemoryView(call: Call, { memory, showMemory }: ServeFlags): MemoryView | undefined {
  if (!showMemory || memory === false) return undefined;
  const store = openMemory(storeFile(call, memory));
  return {
    namespaces: async () => Object.keys(await store.contents()).sort(),
    read: async (namespace) => store.read(namespace),
  };
}

/** Where conversations are kept: the same store, or nowhere but in this process with `--no-memory`. */
export function conversationStore(call: Call, { memory }: Pick<ServeFlags, 'memory'>): Memory {
  return memory === false ? ownMemory() : openMemory(storeFile(call, memory));
}

function storeFile({ io, paths }: Call, memory: string | undefined): string {
  return memory !== undefined && isStorePath(memory) ? resolve(io.cwd, memory) : memoryFile(paths);
}
