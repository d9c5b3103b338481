import type { Case } from '../core/dataset.ts';
import { textOf } from '../core/json.ts';
import { hashText } from '../lib/counted-random.ts';

/** What a case is about: what the chain is given, and nothing of what is expected. */
export function caseText({ input, vars }: Pick<Case, 'input' | 'vars'>): string {
  return JSON.stringify([
    input ?? null,
    ...Object.keys(vars)
      .sort()
      .map((name) => [name, vars[name] ?? null]),
  ]);
}

/**
 * The cases in groups of those that are the same or nearly so: the runs of five words (of characters, in short texts) of two
 * texts overlap by nine tenths. Candidates share one of the few smallest hashes of their runs, so that not all pairs are compared.
 */
export function groupsOf(cases: readonly Case[]): readonly (readonly Case[])[] {
  const runs = cases.map((each) => runsOf(valuesOf(each)));
  const leaders = cases.map((_, index) => index);
  const leaderOf = (index: number): number => {
    let at = index;
    while (leaders[at] !== at) at = leaders[at] ?? at;
    return at;
  };
  for (const candidates of bucketsOf(runs).values()) {
    for (const [place, one] of candidates.entries()) {
      for (const other of candidates.slice(place + 1, place + 1 + MOST_COMPARED)) {
        if (leaderOf(one) !== leaderOf(other) && overlap(runs[one], runs[other]) >= NEARLY_THE_SAME)
          leaders[Math.max(leaderOf(one), leaderOf(other))] = Math.min(leaderOf(one), leaderOf(other));
      }
    }
  }
  const groups = new Map<number, Case[]>();
  for (const [index, each] of cases.entries()) {
    const leader = leaderOf(index);
    groups.set(leader, [...(groups.get(leader) ?? []), each]);
  }
  return [...groups.values()];
}

const NEARLY_THE_SAME = 0.9;
/** Two sets that overlap by nine tenths share one of their eight smallest hashes but for one pair in a hundred million. */
const SMALLEST = 8;
const MOST_COMPARED = 200;

/** Without the names of vars, which all cases share. */
function valuesOf({ input = '', vars }: Case): string {
  return [
    input,
    ...Object.keys(vars)
      .sort()
      .map((name) => textOf(vars[name] ?? '')),
  ].join(' ');
}

function runsOf(text: string): ReadonlySet<number> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const parts = words.length >= 10 ? words : [...text.toLowerCase()];
  const separator = parts === words ? ' ' : '';
  const count = Math.max(1, parts.length - 4);
  return new Set(Array.from({ length: count }, (_, start) => hashText(parts.slice(start, start + 5).join(separator))));
}

function bucketsOf(all: readonly ReadonlySet<number>[]): ReadonlyMap<number, readonly number[]> {
  const buckets = new Map<number, number[]>();
  for (const [index, runs] of all.entries()) {
    for (const hash of [...runs].sort((a, b) => a - b).slice(0, SMALLEST)) {
      const bucket = buckets.get(hash);
      if (bucket === undefined) buckets.set(hash, [index]);
      else bucket.push(index);
    }
  }
  return buckets;
}

/** Jaccard: what both have over what either has. */
function overlap(a: ReadonlySet<number> = new Set(), b: ReadonlySet<number> = new Set()): number {
  let shared = 0;
  for (const each of a) if (b.has(each)) shared += 1;
  return shared / (a.size + b.size - shared);
}
