import type { Assertion } from '../../core/dataset.ts';
import { textOf } from '../../core/json.ts';
import type { AssertionKind, Finding } from './kind.ts';
import { quote } from './quote.ts';

export const containsAny = kind('any', false, 'the output contains one of the values');
export const containsAll = kind('all', false, 'the output contains all of the values');
export const icontainsAny = kind('any', true, 'like contains-any, upper and lower case alike');
export const icontainsAll = kind('all', true, 'like contains-all, upper and lower case alike');

function kind(how: 'any' | 'all', ignoreCase: boolean, summary: string): AssertionKind {
  return {
    summary,
    refuse: refuseTexts,
    check({ assertion: { value = [] }, text }) {
      const fold = (each: string): string => (ignoreCase ? each.toLowerCase() : each);
      const wanted = textsOf(value);
      const missing = wanted.filter((each) => !fold(text).includes(fold(each)));
      return how === 'all' ? allOf(wanted, missing) : anyOf(wanted, missing);
    },
  };
}

function allOf(wanted: readonly string[], missing: readonly string[]): Finding {
  if (missing.length === 0) return { holds: true, because: `the output contains ${list(wanted)}` };
  const because = `the output lacks ${list(missing)} (${missing.length} of ${wanted.length})`;
  return { holds: false, because, fix: `the answer has to contain ${list(missing)} as well` };
}

function anyOf(wanted: readonly string[], missing: readonly string[]): Finding {
  const found = wanted.filter((each) => !missing.includes(each));
  if (found.length > 0) return { holds: true, because: `the output contains ${list(found)}` };
  return {
    holds: false,
    because: `the output contains none of ${list(wanted)}`,
    fix: `the answer has to contain one of ${list(wanted)}`,
  };
}

/** A list, or a text of values between commas, of which one in quotes may hold a comma. */
export function textsOf(value: Assertion['value'] = []): readonly string[] {
  if (Array.isArray(value)) return value.map(textOf);
  const fields = textOf(value).matchAll(/\s*(?:"((?:[^"\\]|\\.|"")*)"\s*(?=,|$)|([^,]*))(?:,|$)/g);
  return [...fields]
    .map(([, quoted, plain = '']) => quoted?.replaceAll(/\\(["\\])|"(")/g, '$1$2') ?? plain.trim())
    .filter((field) => field !== '');
}

function refuseTexts({ value }: Assertion): string | undefined {
  return value !== undefined && value !== null && textsOf(value).length > 0 ? undefined : 'needs a list of texts as its value';
}

function list(texts: readonly string[]): string {
  return texts.map(quote).join(', ');
}
