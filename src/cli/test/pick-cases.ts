import type { Case, Dataset, Split } from '../../core/dataset.ts';
import { UsageError } from '../../core/errors.ts';
import { splitsOf } from '../../eval/splits.ts';
import { matches } from '../../lib/glob.ts';

/** The cases that `--filter` and `--split` leave. Throws `UsageError` when that is none. */
export function pickCases(dataset: Dataset, { filter, split }: { readonly filter?: string; readonly split?: Split }): Dataset {
  const ofSplit = split === undefined ? dataset.cases : casesOf(dataset, split);
  const cases = filter === undefined ? ofSplit : ofSplit.filter((each) => fits(filter, each));
  if (cases.length > 0) return { ...dataset, cases };
  const asked = filter === undefined ? `--split ${split}` : `--filter "${filter}"`;
  throw new UsageError(`no case fits ${asked}`, {
    code: 'PC2051',
    help: `the dataset has ${dataset.cases.length} cases, such as ${dataset.cases.slice(0, 3).map(nameOf).join(', ')}`,
  });
}

function casesOf({ cases }: Dataset, split: Split): readonly Case[] {
  const { assigned } = splitsOf(cases);
  return cases.filter(({ id }) => assigned.get(id) === split);
}

function fits(pattern: string, { id, description = '', metadata }: Case): boolean {
  const whole = pattern.includes('*') ? pattern : `*${pattern}*`;
  const texts = [id, description, ...Object.entries(metadata).map(([key, value]) => `${key}=${value}`)];
  return texts.some((text) => matches(whole.toLowerCase(), text.toLowerCase()));
}

/** What a case is called among others. */
function nameOf({ id, description }: Pick<Case, 'id' | 'description'>): string {
  return description === undefined ? id : `${id} ${description}`;
}
