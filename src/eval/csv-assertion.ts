import { ASSERTION_TYPES } from '../lib/case-fields.ts';
import { textsOf } from './assertions/contains-list.ts';
import type { WrittenAssertion } from './dataset-schema.ts';

/** The assertion in a cell: `type`, `type: value`, `type(threshold): value` with `not-` before it, or a text to be equalled. */
export function assertionIn(cell: string): WrittenAssertion {
  const text = cell.trim();
  const [, prefix, code = ''] = /^(javascript:|fn:|eval:|file:\/\/(?=.+\.[cm]?[jt]s(?::\w+)?$))([\s\S]*)$/.exec(text) ?? [];
  if (prefix !== undefined) return { type: 'javascript', value: prefix === 'file://' ? text : code.trim() };
  if (/^grade:/.test(text)) return { type: 'llm-rubric', value: text.slice('grade:'.length).trim() };
  const [, type, threshold, value] = /^([a-z][a-z0-9-]*)(?:\((\d+(?:\.\d+)?)\))?(?::([\s\S]*))?$/.exec(text) ?? [];
  if (type === undefined || !KNOWN.has(type.replace(/^not-/, ''))) return { type: 'equals', value: text };
  const most = threshold === undefined ? DEFAULT_THRESHOLDS.get(type.replace(/^not-/, '')) : Number(threshold);
  return {
    type,
    ...(value === undefined ? {} : { value: type.includes('contains-a') ? [...textsOf(value)] : value.trim() }),
    ...(most === undefined ? {} : { threshold: most }),
  };
}

/** Also those that are not supported: as texts to be equalled they would fail without saying why. */
const KNOWN: ReadonlySet<string> = new Set([
  ...ASSERTION_TYPES,
  'similar',
  'python',
  'ruby',
  'webhook',
  'g-eval',
  'meteor',
  'gleu',
  'contains-xml',
]);

/** What a cell without a threshold means, as in promptfoo: not what the same type means elsewhere. */
const DEFAULT_THRESHOLDS: ReadonlyMap<string, number> = new Map([
  ['levenshtein', 0.75],
  ['latency', 0.75],
  ['cost', 0.75],
]);
