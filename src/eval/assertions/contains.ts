import type { Assertion } from '../../core/dataset.ts';
import { textOf } from '../../core/json.ts';
import type { AssertionKind, Finding } from './kind.ts';
import { quote } from './quote.ts';

export const contains: AssertionKind = {
  summary: 'the output contains the value',
  refuse: refuseText,
  check: ({ assertion, text }) => find(text, assertion, false),
};

export const icontains: AssertionKind = {
  summary: 'the same, upper and lower case alike',
  refuse: refuseText,
  check: ({ assertion, text }) => find(text, assertion, true),
};

export const startsWith: AssertionKind = {
  summary: 'the output starts with the value',
  refuse: refuseText,
  check({ assertion: { value = '' }, text }) {
    const wanted = textOf(value);
    if (text.startsWith(wanted)) return { holds: true, because: `the output starts with ${quote(wanted)}` };
    const because = `the output starts with ${quote(text.slice(0, wanted.length + 20))}, not with ${quote(wanted)}`;
    return { holds: false, because, fix: `begin the answer with ${quote(wanted)}` };
  },
};

/** A text or a number that is not empty: everything contains the empty text. */
export function refuseText({ value }: Assertion): string | undefined {
  return (typeof value === 'string' && value !== '') || typeof value === 'number' ? undefined : 'needs a text as its value';
}

function find(text: string, { value = '' }: Assertion, ignoreCase: boolean): Finding {
  const wanted = textOf(value);
  const at = ignoreCase ? text.toLowerCase().indexOf(wanted.toLowerCase()) : text.indexOf(wanted);
  if (at !== -1) return { holds: true, because: `the output contains ${quote(wanted)} (at character ${at + 1})` };
  const near = ignoreCase ? -1 : text.toLowerCase().indexOf(wanted.toLowerCase());
  const other = near === -1 ? '' : `, only ${quote(text.slice(near, near + wanted.length))}`;
  return {
    holds: false,
    because: `the output does not contain ${quote(wanted)}${other}: ${quote(text)}`,
    fix: `the answer has to contain ${quote(wanted)}`,
  };
}
