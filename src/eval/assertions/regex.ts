import type { AssertionKind } from './kind.ts';
import { quote } from './quote.ts';

export const regex: AssertionKind = {
  summary: 'the output matches the regular expression',
  refuse({ value }) {
    if (typeof value !== 'string' || value === '') return 'needs a regular expression as its value';
    try {
      new RegExp(value);
      return undefined;
    } catch (error) {
      return `is no regular expression: ${(error as Error).message}`;
    }
  },
  check({ assertion: { value }, text }) {
    const pattern = new RegExp(String(value));
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) return { holds: true, because: `${quote(found)} matches /${pattern.source}/` };
    const because = `nothing in the output matches /${pattern.source}/: ${quote(text)}`;
    return { holds: false, because, fix: `the answer has to match /${pattern.source}/` };
  },
};
