import { resolve } from 'node:path';
import type { MemoryView } from '../../serve/service.ts';
import { openMemory } from '../../store/memory.ts';
import type { Call } from '../command.ts';
import { memoryFile } from '../paths.ts';
import { isStorePath } from '../run/memory.ts';
import type { ServeFlags } from './flags.ts';

/** The store that the served chains use, to be read; undefined unless the operator has said that clients may. */
export function createMemoryView(call: Call, { memory, showMemory }: ServeFlags): MemoryView | undefined {
  if (!showMemory || memory === false) return undefined;
  const file = memory !== undefined && isStorePath(memory) ? resolve(call.io.cwd, memory) : memoryFile(call.paths);
  const store = openMemory(file);
  return {
    namespaces: async () => Object.keys(await store.contents()).sort(),
    read: async (namespace) => store.read(namespace),
  };
}
