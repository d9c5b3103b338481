import type { CandidateRow } from './data.ts';

type Member = Pick<CandidateRow, 'id' | 'parents' | 'spent'>;

/**
 * The lane of each candidate in a drawing from left to right, so that no line runs through a candidate it has nothing to do
 * with: what led to the best keeps the first lane to itself, a branch has one from its first candidate to its last.
 */
export function lanesOf(candidates: readonly Member[], best: number | null): ReadonlyMap<number, number> {
  const byId = new Map(candidates.map((candidate) => [candidate.id, candidate]));
  const main = mainLine(byId, best ?? candidates.at(-1)?.id);
  const lanes = new Map<number, number>();
  /** The last candidate of each lane but the first. */
  const tips: Member[] = [];
  for (const candidate of candidates) {
    const [first = -1] = candidate.parents;
    const parent = byId.get(first);
    const lane = main.has(candidate.id) ? 0 : branchLane(candidate, parent, lanes.get(first));
    lanes.set(candidate.id, lane);
    if (lane > 0) tips[lane - 1] = candidate;
  }
  return lanes;

  function branchLane({ id }: Member, parent: Member | undefined, lane = 0): number {
    if (parent !== undefined && tips[lane - 1]?.id === parent.id) return lane;
    const free = tips.findIndex((tip) => tip.spent < (parent?.spent ?? 0) && !goesOn(tip, id));
    return (free === -1 ? tips.length : free) + 1;
  }

  function goesOn(tip: Member, from: number): boolean {
    return candidates.some(({ id, parents }) => id >= from && parents[0] === tip.id);
  }
}

function mainLine(byId: ReadonlyMap<number, Member>, end: number | undefined): ReadonlySet<number> {
  const line = new Set<number>();
  for (let at = end; at !== undefined && !line.has(at); at = byId.get(at)?.parents[0]) line.add(at);
  return line;
}
