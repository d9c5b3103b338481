import { jsonIn } from '../../lib/json-text.ts';
import { differences } from './fields.ts';
import type { AssertionKind } from './kind.ts';

/** What a map under `expected` stands for: JSON, scored by the share of its fields that are right. */
export const jsonFields: AssertionKind = {
  summary: 'the output is JSON with the fields of the value; the score is the share that is right',
  refuse: ({ value }) => (value === undefined ? 'needs a value to compare with' : undefined),
  check({ assertion: { value = null }, text }) {
    const found = jsonIn(text);
    if ('problem' in found) {
      const fix = `answer with JSON such as ${JSON.stringify(value)}`;
      return { holds: false, score: 0, because: 'the output is not JSON', fix };
    }
    const { lines, right, all } = differences(value, found.value);
    if (lines.length === 0) return { holds: true, score: 1, because: 'every field is as expected' };
    return { holds: false, score: right / all, because: lines.join('; '), fix: lines.join('; ') };
  },
};
