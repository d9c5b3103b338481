import { isDeepStrictEqual } from 'node:util';
import { textOf } from '../../core/json.ts';
import { difference } from './difference.ts';
import { differences } from './fields.ts';
import type { AssertionKind, Finding } from './kind.ts';
import { quote } from './quote.ts';

/** A text is compared to the letter, a list or a map with the JSON the output is. `config: {trim: true}` forgives spaces around. */
export const equals: AssertionKind = {
  summary: 'the output is exactly the value; a list or a map is compared as JSON',
  refuse: ({ value }) => (value === undefined ? 'needs a value to compare with' : undefined),
  check({ assertion: { value = null, config }, text }) {
    if (typeof value === 'object' && value !== null) return equalJson(value, text);
    const [wanted, got] = config?.trim === true ? [textOf(value).trim(), text.trim()] : [textOf(value), text];
    if (wanted === got) return { holds: true, because: `the output is ${quote(got)}` };
    return {
      holds: false,
      because: `expected ${quote(wanted)}, got ${quote(got)}: ${difference(wanted, got)}`,
      fix: `answer exactly ${quote(wanted)}`,
    };
  },
};

function equalJson(wanted: object, text: string): Finding {
  let got: unknown;
  try {
    got = JSON.parse(text);
  } catch (error) {
    return {
      holds: false,
      because: `the output is not JSON: ${(error as Error).message}`,
      fix: 'answer with JSON and nothing else',
    };
  }
  if (isDeepStrictEqual(wanted, got)) return { holds: true, because: 'the output is the expected JSON' };
  const { lines } = differences(wanted as never, got as never);
  return { holds: false, because: lines.join('; '), fix: lines.join('; ') };
}
