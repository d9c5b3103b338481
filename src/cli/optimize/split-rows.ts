import { InvalidArgumentError } from 'commander';
import type { Case, Split } from '../../core/dataset.ts';
import { UsageError } from '../../core/errors.ts';
import { textOf } from '../../core/json.ts';
import type { SplitName } from '../../engineer/events.ts';
import { splitsOf } from '../../eval/splits.ts';

/** How rows are divided that do not say it themselves: by shares, or by what a column of theirs says. */
export type SplitRule = { readonly shares: Readonly<Record<SplitName, number>> } | { readonly column: string };

export interface SplitFlags {
  readonly rule?: SplitRule;
  readonly valCap?: number;
  readonly testCap?: number;
}

/** `40/30/30`, or `col:name`. */
export function splitRule(text: string): SplitRule {
  const [, column] = /^col:(.+)$/.exec(text) ?? [];
  if (column !== undefined) return { column };
  const [train = 0, val = 0, test = 0] = /^\d+\/\d+\/\d+$/.test(text) ? text.split('/').map(Number) : [];
  if (train > 0 && val > 0 && train + val + test === 100)
    return { shares: { train: train / 100, val: val / 100, test: test / 100 } };
  throw new InvalidArgumentError('Write shares that add up to 100, such as 40/30/30, or col:name.');
}

/** The rows of each part. With too few to keep some unseen, those that are learnt from also choose, and no gain is claimed. */
export function splitRows(
  all: readonly Case[],
  { rule, valCap, testCap }: SplitFlags,
): Readonly<Record<SplitName, readonly Case[]>> {
  const cases = rule !== undefined && 'column' in rule ? all.map((each) => assigned(each, rule.column)) : all;
  const shares = rule !== undefined && 'shares' in rule ? { shares: rule.shares } : {};
  const found = splitsOf(cases, {
    ...shares,
    ...(valCap === undefined ? {} : { mostVal: valCap }),
    ...(testCap === undefined ? {} : { mostTest: testCap }),
  });
  const of = (split: SplitName) => all.filter(({ id }) => found.assigned.get(id) === split);
  const [train, val, test] = [of('train'), of('val'), of('test')];
  if (train.length === 0) throw new UsageError('--split: no row is left to learn from', { code: 'PC2051' });
  return { train, val: val.length === 0 ? train : val, test };
}

function assigned(each: Case, column: string): Case {
  const value = each.metadata[column] ?? each.vars[column];
  const split = textOf(value ?? '').trim();
  if (isSplit(split)) return { ...each, split };
  const found = value === undefined ? `has no "${column}"` : `has ${JSON.stringify(value)} as its "${column}"`;
  throw new UsageError(`--split col:${column}: case ${each.id} ${found}`, {
    code: 'PC2051',
    help: 'each row has to say train, val or test there, in its metadata or vars',
  });
}

function isSplit(text: string): text is Split {
  return text === 'train' || text === 'val' || text === 'test';
}
