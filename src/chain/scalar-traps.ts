import type { Pair, Node as YamlNode } from 'yaml';
import { isMap, isScalar } from 'yaml';
import { ROOTS } from '../core/scope.ts';
import type { Finding } from './report.ts';

/** The text a flow map such as `{input}` or `{{ input }}` was meant to be; undefined when it is a map. */
export function bracedText(yaml: YamlNode, source: string): { readonly meant: string } | undefined {
  if (!isMap(yaml) || yaml.flow !== true || yaml.range === undefined || yaml.range === null) return undefined;
  if (yaml.items.length === 0 || !yaml.items.every((pair) => looksLikePlaceholder(pair as Pair<YamlNode>))) return undefined;
  const written = source.slice(yaml.range[0], yaml.range[1]);
  const inner = DOUBLED.exec(written)?.[1];
  return { meant: inner !== undefined && startsWithRoot(inner) ? `{${inner}}` : written };
}

const DOUBLED = /^\{\{\s*([^{}]*?)\s*\}\}$/;

function looksLikePlaceholder(pair: Pair<YamlNode>): boolean {
  if (isMap(pair.key)) return pair.value === null || (isScalar(pair.value) && pair.value.value === null);
  const isBare = pair.value === null || (isScalar(pair.value) && pair.value.source === '');
  return isBare && isScalar(pair.key) && typeof pair.key.value === 'string' && startsWithRoot(pair.key.value);
}

const ROOT_WORDS: ReadonlySet<string> = new Set(ROOTS);

function startsWithRoot(text: string): boolean {
  return ROOT_WORDS.has(/^[a-z]+/.exec(text)?.[0] ?? '') && /^[a-z]+(?:[.[\s|}]|$)/.test(text);
}

/** A number that is not what was written: one with more digits than a number keeps, or none at all. */
export function numberTrap(value: number, written: string): Finding | undefined {
  if (!Number.isFinite(value))
    return { code: 'PC1009', message: `${written} is not a number a chain can keep; quote it if it is text` };
  const digits = /^[-+]?0*(\d+)$/.exec(written)?.[1];
  if (digits === undefined || Number.isSafeInteger(value)) return undefined;
  return {
    code: 'PC1009',
    message: `the number ${written.slice(0, 40)} would lose digits; quote it`,
    help: 'quoted, it is kept as text, digit by digit',
  };
}
