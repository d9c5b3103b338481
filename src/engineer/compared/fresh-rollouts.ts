import type { OptimizeEvent } from '../events.ts';
import type { Rollout } from '../ports.ts';
import type { Row } from '../row.ts';
import type { Search } from '../task.ts';
import { fingerprint, type Texts } from '../texts.ts';

/** Runs every row as if for the first time. */
export async function* freshRollouts(
  { ledger }: Search,
  runs: Map<string, number>,
  texts: Texts,
  rows: readonly Row[],
): AsyncGenerator<OptimizeEvent, Rollout[]> {
  const hash = fingerprint(texts);
  const rollouts: Rollout[] = [];
  for (const row of rows) {
    const key = `${hash} ${row.id}`;
    const repeat = runs.get(key) ?? 0;
    runs.set(key, repeat + 1);
    rollouts.push(...(yield* ledger.rollouts(texts, [row], 'train', repeat)));
  }
  return rollouts;
}
