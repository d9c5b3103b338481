import type { MemorySpec } from '../core/chain.ts';
import { StoreError } from '../core/errors.ts';
import type { StepEvent } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import { applyChange, type Memory, type MemoryChange } from '../core/memory.ts';

/**
 * The memory of one run: what the store held when it was first asked, with the run's own writes on top. The store gets them
 * when the run succeeds, or at once where a chain says `commit: each_step`.
 */
export interface StagedMemory {
  /** The live values of a namespace; every chain of the run that uses it sees the same ones. */
  open(namespace: string): Promise<Readonly<Record<string, Json>>>;
  write(namespace: string, changes: readonly MemoryChange[], spec: MemorySpec): AsyncGenerator<StepEvent, void>;
  commit(): AsyncGenerator<StepEvent, void>;
}

/** `done` are the namespaces that an earlier part of the run has committed. */
export function stageMemory(store: Memory, done?: ReadonlySet<string>): StagedMemory {
  const values = new Map<string, Record<string, Json>>();
  const waiting = new Map<string, { readonly changes: MemoryChange[]; readonly max: number | undefined }>();

  const open = async (namespace: string) => {
    const known = values.get(namespace);
    if (known !== undefined) return known;
    // Without a prototype: a key named `__proto__` is a key like any other.
    const fresh: Record<string, Json> = Object.assign(Object.create(null), await store.read(namespace));
    values.set(namespace, fresh);
    return fresh;
  };

  return {
    open,
    async *write(namespace, changes, spec) {
      const memory = await open(namespace);
      for (const change of changes) apply(memory, change);
      const keys = [...new Set(changes.map((change) => change.key))];
      if (spec.commit === 'each_step') {
        await store.commit(namespace, changes, spec.max === undefined ? {} : { max: spec.max });
        yield { type: 'memory.written', namespace, keys, committed: true, changes };
        return;
      }
      const queue = waiting.get(namespace) ?? { changes: [], max: spec.max };
      queue.changes.push(...changes);
      waiting.set(namespace, queue);
      yield { type: 'memory.written', namespace, keys, committed: false, changes };
    },
    async *commit() {
      for (const [namespace, { changes, max }] of waiting) {
        if (!done?.has(namespace)) await store.commit(namespace, changes, max === undefined ? {} : { max });
        waiting.delete(namespace);
        const keys = [...new Set(changes.map((change) => change.key))];
        yield { type: 'memory.written', namespace, keys, committed: true, changes };
      }
    },
  };
}

function apply(memory: Record<string, Json>, change: MemoryChange): void {
  const value = changed(memory[change.key], change);
  if (value === undefined) delete memory[change.key];
  else memory[change.key] = value;
}

function changed(before: Json | undefined, change: MemoryChange): Json | undefined {
  try {
    return applyChange(before, change);
  } catch (cause) {
    throw new StoreError((cause as Error).message, {
      code: 'PC8020',
      help: `look at it with: promptchain memory get ${change.key}`,
      cause,
    });
  }
}
