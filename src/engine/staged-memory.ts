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
  /** A copy for a branch: it sees nothing that is written beside it, and what it writes counts once it is joined. */
  fork(): Fork;
}

export interface Fork extends StagedMemory {
  /** Brings its writes to the memory it was forked from; branches are joined in their order. */
  join(): Promise<void>;
}

/** `done` are the namespaces that an earlier part of the run has committed. */
export function stageMemory(store: Memory, done?: ReadonlySet<string>): StagedMemory {
  const waiting = new Map<string, Batch>();
  const memory = layer(
    store,
    (namespace) => store.read(namespace),
    (batch) => enqueue(waiting, batch),
  );
  return {
    ...memory,
    async *commit() {
      for (const [namespace, { changes, max }] of waiting) {
        if (!done?.has(namespace)) await store.commit(namespace, changes, max === undefined ? {} : { max });
        waiting.delete(namespace);
        yield { type: 'memory.written', namespace, keys: keysOf(changes), committed: true, changes };
      }
    },
  };
}

/** Writes to one namespace; `committed` ones are in the store already. */
interface Batch {
  readonly namespace: string;
  readonly changes: readonly MemoryChange[];
  readonly max: number | undefined;
  readonly committed: boolean;
}

type Layer = Pick<StagedMemory, 'open' | 'write' | 'fork'> & { absorb(batch: Batch): Promise<void> };

/** Values read from `below` with the writes on top, each of which is passed on to `keep`. */
function layer(
  store: Memory,
  below: (namespace: string) => Promise<{ readonly [key: string]: Json }>,
  keep: (batch: Batch) => void,
): Layer {
  const values = new Map<string, Record<string, Json>>();
  const open = async (namespace: string) => {
    const known = values.get(namespace);
    if (known !== undefined) return known;
    // Without a prototype: a key named `__proto__` is a key like any other.
    const fresh: Record<string, Json> = Object.assign(Object.create(null), await below(namespace));
    values.set(namespace, fresh);
    return fresh;
  };
  const absorb = async (batch: Batch) => {
    const memory = await open(batch.namespace);
    for (const change of batch.changes) apply(memory, change);
    keep(batch);
  };
  return {
    open,
    absorb,
    async *write(namespace, changes, { commit, max }) {
      const memory = await open(namespace);
      for (const change of changes) apply(memory, change);
      const committed = commit === 'each_step';
      if (committed) await store.commit(namespace, changes, max === undefined ? {} : { max });
      keep({ namespace, changes, max, committed });
      yield { type: 'memory.written', namespace, keys: keysOf(changes), committed, changes };
    },
    fork: () => forkOf(store, open, absorb),
  };
}

function forkOf(store: Memory, below: Layer['open'], absorb: Layer['absorb']): Fork {
  const log: Batch[] = [];
  return {
    ...layer(store, below, (batch) => log.push(batch)),
    // biome-ignore lint/correctness/useYield: only the run as a whole commits, so a branch has nothing to tell
    async *commit() {
      throw new TypeError('a branch commits nothing');
    },
    async join() {
      for (const batch of log.splice(0)) await absorb(batch);
    },
  };
}

function enqueue(waiting: Map<string, Batch>, batch: Batch): void {
  if (batch.committed) return;
  const before = waiting.get(batch.namespace);
  const changes = [...(before?.changes ?? []), ...batch.changes];
  waiting.set(batch.namespace, { ...batch, changes, max: before === undefined ? batch.max : before.max });
}

function keysOf(changes: readonly MemoryChange[]): readonly string[] {
  return [...new Set(changes.map((change) => change.key))];
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
