/** How often each text occurs. */
export type Counts = ReadonlyMap<string, number>;

export function countsOf(texts: readonly string[]): Counts {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

/** How many both have, each text as often as the one that has fewer of it. */
export function sharedCount(a: Counts, b: Counts): number {
  let shared = 0;
  for (const [text, count] of a) shared += Math.min(count, b.get(text) ?? 0);
  return shared;
}
