import type { Json } from '../../core/json.ts';
import { applyChange, type Memory } from '../../core/memory.ts';

/** A memory of one run: empty at first, and gone with it. */
export function ownMemory(): Memory {
  const namespaces = new Map<string, Map<string, Json>>();
  return {
    read: async (namespace) => Object.fromEntries(namespaces.get(namespace) ?? []),
    async commit(namespace, changes) {
      const values = new Map(namespaces.get(namespace));
      for (const change of changes) {
        const value = applyChange(values.get(change.key), change);
        if (value === undefined) values.delete(change.key);
        else values.set(change.key, value);
      }
      namespaces.set(namespace, values);
    },
  };
}
