import type { Case, Split } from '../core/dataset.ts';
import { hashText, mix } from '../lib/counted-random.ts';
import { caseText, groupsOf } from './duplicates.ts';

export interface Splits {
  /** By id. */
  readonly assigned: ReadonlyMap<string, Split>;
  /** Too few cases to keep some unseen: all are `train`, and no gain on them may be claimed. */
  readonly pooled: boolean;
}

export interface SplitOptions {
  readonly seed?: number;
  readonly shares?: Readonly<Record<Split, number>>;
  readonly mostVal?: number;
  readonly mostTest?: number;
}

/** How many cases a split is worth it for, and how large two of its parts get at most. */
const LEAST_CASES = 20;
const MOST_VAL = 60;
const MOST_TEST = 200;
const SHARES = { train: 0.4, val: 0.3, test: 0.3 } as const;

/**
 * Which part each case belongs to. What the file says counts; every other case draws a number from its own content, so that new
 * cases move no old one across a border by more than the borders move. Categories are divided alike, and what is nearly the
 * same stays together.
 */
export function splitsOf(
  cases: readonly Case[],
  { seed = 0, shares = SHARES, mostVal = MOST_VAL, mostTest = MOST_TEST }: SplitOptions = {},
): Splits {
  if (cases.length < LEAST_CASES) {
    return { assigned: new Map(cases.map(({ id, split }) => [id, split ?? 'train'])), pooled: true };
  }
  const assigned = new Map<string, Split>();
  const open: Unit[] = [];
  for (const group of groupsOf(cases)) {
    const fixed = group.find(({ split }) => split !== undefined)?.split;
    if (fixed === undefined) open.push(unitOf(group, seed));
    else for (const { id, split } of group) assigned.set(id, split ?? fixed);
  }
  const roomFor = (split: 'val' | 'test', most: number): number => {
    const taken = [...assigned.values()].filter((each) => each === split).length;
    return Math.max(0, Math.min(most, Math.round(cases.length * shares[split])) - taken);
  };
  const room: Room = { val: roomFor('val', mostVal), test: roomFor('test', mostTest) };
  for (const { group, split } of dealt(open, room)) for (const { id } of group) assigned.set(id, split);
  return { assigned, pooled: false };
}

/** How many cases `val` and `test` still take. */
interface Room {
  readonly val: number;
  readonly test: number;
}

/** Cases that go the same way. */
interface Unit {
  readonly group: readonly Case[];
  readonly stratum: string;
  readonly draw: number;
}

function unitOf(group: readonly Case[], seed: number): Unit {
  // The smallest of their draws: it does not depend on the order of the file, nor on who else is in the group.
  const draw = Math.min(...group.map((each) => mix(seed, hashText(caseText(each)))));
  return { group, draw, stratum: stratumOf(group[0]) };
}

/** `metadata.category`, else the expected label. */
function stratumOf(asked: Case | undefined): string {
  const { metadata = {}, expected } = asked ?? {};
  if (typeof metadata.category === 'string') return `category ${metadata.category}`;
  return typeof expected === 'string' && expected.length <= 40 ? `label ${expected.trim()}` : '';
}

/**
 * Each stratum in the order of its draws: the first are `test`, the next `val`, the rest `train`. A new case moves the two
 * borders by one case at most.
 */
function dealt(units: readonly Unit[], room: Room): readonly (Unit & { readonly split: Split })[] {
  const left = { ...room };
  const total = units.reduce((sum, { group }) => sum + group.length, 0);
  let before = 0;
  // What a stratum could not take goes to the next one: strata of one case would else lose one of their two quotas.
  const owed = { test: 0, val: 0 };
  return strataOf(units).flatMap((stratum) => {
    const end = before + stratum.reduce((sum, { group }) => sum + group.length, 0);
    // Rounded at the ends of strata, the quotas add up to the whole.
    const quota = (all: number): number => Math.round((all * end) / total) - Math.round((all * before) / total);
    const own = { test: quota(room.test) + owed.test, val: quota(room.val) + owed.val };
    before = end;
    const dealtOut = stratum.map((unit) => {
      const size = unit.group.length;
      const split = (['test', 'val'] as const).find((each) => own[each] >= size / 2 && left[each] >= size);
      if (split === undefined) return { ...unit, split: 'train' as const };
      own[split] -= size;
      left[split] -= size;
      return { ...unit, split };
    });
    Object.assign(owed, own);
    return dealtOut;
  });
}

function strataOf(units: readonly Unit[]): readonly (readonly Unit[])[] {
  const strata = new Map<string, Unit[]>();
  for (const unit of units) strata.set(unit.stratum, [...(strata.get(unit.stratum) ?? []), unit]);
  return [...strata].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, own]) => own.toSorted((a, b) => a.draw - b.draw));
}
