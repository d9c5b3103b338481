import type { Call } from '../command.ts';
import type { Override } from './overrides.ts';
import { overriddenChain, type ReadyChain } from './ready.ts';

/** Chains as clients have overridden them, the last used ones kept: a file is read once for each way to override it. */
export function createVariants(call: Call): (ready: ReadyChain, override: Override | undefined) => Promise<ReadyChain> {
  const kept = new Map<string, Promise<ReadyChain>>();
  return (ready, override) => {
    if (override === undefined) return Promise.resolve(ready);
    const key = JSON.stringify([ready.chain.name, override.model, Object.entries(override.params).sort()]);
    const variant = kept.get(key) ?? overriddenChain(call, ready, override);
    kept.delete(key);
    kept.set(key, variant);
    variant.catch(() => kept.delete(key));
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    return variant;
  };
}

const MOST_KEPT = 32;
