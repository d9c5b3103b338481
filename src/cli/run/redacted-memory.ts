import type { Memory, MemoryChange } from '../../core/memory.ts';
import type { Redactor } from '../redact.ts';

/** Memory to which no secret is written: it is a file, and what it holds goes into the prompts of later runs. */
export function redactedMemory(memory: Memory, redactor: Redactor, warn: (message: string) => void): Memory {
  return {
    read: (namespace) => memory.read(namespace),
    commit: (namespace, changes, options) => memory.commit(redactor.text(namespace), changes.map(clean), options),
  };

  function clean(change: MemoryChange): MemoryChange {
    const shown = redactor.value(change);
    if (shown === change) return change;
    warn(`a secret is kept as *** in memory key "${shown.key}"`);
    return { ...shown, op: change.op } as MemoryChange;
  }
}
