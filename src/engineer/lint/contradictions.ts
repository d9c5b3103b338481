import { type Found, proseOf, type Rule } from './rule.ts';

/** Rules about sentences that do not go together. */
export const CONTRADICTIONS: readonly Rule[] = [
  { rule: 'contradicting-limits', severity: 'high', check: contradictingLimits },
  { rule: 'contradicting-rules', severity: 'high', check: contradictingRules },
  { rule: 'two-formats', severity: 'medium', check: twoFormats },
  { rule: 'repeated-line', severity: 'medium', check: repeatedLines },
];

/** Two limits of the same unit that cannot both be meant. */
function contradictingLimits(text: string): Found[] {
  const limits = new Map<string, Map<string, string>>();
  const pattern =
    /\b(?:at most|no more than|up to|under|within|maximum of|max\.?|exactly)\s+(\w+)\s+(word|sentence|character|line|paragraph|bullet)s?\b/gi;
  for (const [quote, number = '', unit = ''] of text.matchAll(pattern)) {
    const known = limits.get(unit.toLowerCase()) ?? new Map<string, string>();
    limits.set(unit.toLowerCase(), known.set(number.toLowerCase(), quote));
  }
  return [...limits]
    .filter(([, numbers]) => numbers.size > 1)
    .map(([unit, numbers]) => ({
      quote: [...numbers.values()].at(-1) ?? '',
      problem: `there are ${numbers.size} limits in ${unit}s: ${[...numbers.values()].join(', ')}`,
      fix: 'keep one',
    }));
}

/** "Always cite" and "never cite": the same words after both. */
function contradictingRules(text: string): Found[] {
  const said = (pattern: RegExp) =>
    [...proseOf(text).matchAll(pattern)].map(([quote, rule = '']) => ({ quote: quote.trim(), rule: bare(rule) }));
  const wanted = said(/\b(?:always|you must)[ \t]+(?!not\b|never\b)([^\n.;:!?]+)/gi);
  const forbidden = said(/\b(?:never|do not|don't|you must not)[ \t]+([^\n.;:!?]+)/gi);
  return forbidden
    .filter(({ rule }) => wanted.some((other) => other.rule === rule))
    .map(({ quote }) => ({ quote, problem: 'the prompt also says to always do it', fix: 'say which, or when' }));
}

function bare(rule: string): string {
  return rule.toLowerCase().replace(/\s+/g, ' ').trim();
}

/** Two forms for the whole answer, each said to be the only one. */
function twoFormats(text: string): Found[] {
  const pattern =
    /\b(?:answer|respond|reply|return|output)\b[^\n.]{0,30}\b(?:only|just|exactly|solely)\b[^\n.]{0,30}\b(json|yaml|xml|csv|html|markdown)\b/gi;
  const formats = new Map([...proseOf(text).matchAll(pattern)].map(([quote, format = '']) => [format.toLowerCase(), quote]));
  if (formats.size < 2) return [];
  const quote = [...formats.values()].at(-1) ?? '';
  return [{ quote, problem: `the answer is to be only ${[...formats.keys()].join(' and only ')}`, fix: 'name one form' }];
}

function repeatedLines(text: string): Found[] {
  const lines = text.split('\n').map((line) => line.trim());
  const repeated = lines.filter((line, index) => line.length > 20 && lines.indexOf(line) !== index);
  return [...new Set(repeated)].map((quote) => ({ quote, problem: 'the line is there twice', fix: 'keep one' }));
}
