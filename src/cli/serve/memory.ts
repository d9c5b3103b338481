import type { Memory } from '../../core/memory.ts';
import type { MemoryView } from '../../serve/service.ts';
import type { Call } from '../command.ts';
import { openStore } from '../run/memory.ts';
import { ownMemory } from '../test/own-memory.ts';
import type { ServeFlags } from './flags.ts';

/** The store that the served chains use, to be read; undefined unless the operator has said that clients may. */
export function createMemoryView(call: Call, { memory, showMemory }: ServeFlags): MemoryView | undefined {
  if (!showMemory || memory === false) return undefined;
  const store = openStore(call, memory, () => undefined);
  return {
    namespaces: async () => Object.keys(await store.contents()).sort(),
    read: async (namespace) => store.read(namespace),
  };
}

/** Where conversations are kept: the same store, or nowhere but in this process with `--no-memory`. */
export function conversationStore(call: Call, { memory }: Pick<ServeFlags, 'memory'>): Memory {
  return memory === false ? ownMemory() : openStore(call, memory, () => undefined);
}
