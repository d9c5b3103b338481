/** Something about a prompt that can be seen without a model. */
export interface LintFinding {
  readonly rule: string;
  readonly severity: Severity;
  /** The part of the prompt it is about; empty when something is missing. */
  readonly quote: string;
  readonly problem: string;
  readonly fix: string;
}

export type Severity = 'low' | 'medium' | 'high';

/** What is known of the place of the prompt in a chain. */
export interface LintContext {
  /** The step's answer is parsed as JSON. */
  readonly parsesJson?: boolean;
  /** Names in braces that the prompt may use, without the braces; undefined when nothing is known. */
  readonly unused?: readonly string[];
}

/** All that the rules find, in the order of the rules. */
export function lint(text: string, context: LintContext = {}): LintFinding[] {
  return RULES.flatMap(({ rule, severity, check }) => check(text, context).map((found) => ({ rule, severity, ...found })));
}

type Found = Pick<LintFinding, 'quote' | 'problem' | 'fix'>;

interface Rule {
  readonly rule: string;
  readonly severity: Severity;
  readonly check: (text: string, context: LintContext) => Found[];
}

const MOST_CHARACTERS = 16_000;

const RULES: readonly Rule[] = [
  {
    rule: 'unused-input',
    severity: 'medium',
    check: (_, { unused = [] }) =>
      unused.map((name) => ({ quote: '', problem: `{${name}} is never used`, fix: `put {${name}} where the model needs it` })),
  },
  {
    rule: 'output-contract',
    severity: 'high',
    check: (text, { parsesJson = false }) =>
      parsesJson && !/json/i.test(text)
        ? [
            {
              quote: '',
              problem: 'the answer is parsed as JSON, which the prompt does not say',
              fix: 'say which JSON to answer with',
            },
          ]
        : [],
  },
  {
    rule: 'open-fence',
    severity: 'high',
    check: (text) => {
      const fences = text.match(/^ *```.*$/gm) ?? [];
      const last = fences.at(-1) ?? '';
      return fences.length % 2 === 0 ? [] : [{ quote: last, problem: 'a code fence is not closed', fix: 'close it with ```' }];
    },
  },
  { rule: 'open-tag', severity: 'high', check: openTags },
  {
    rule: 'todo',
    severity: 'high',
    check: (text) =>
      quotes(text, /\b(?:TODO|FIXME|TBD|XXX)\b.*|lorem ipsum.*/g).map((quote) => ({
        quote,
        problem: 'something was left to do',
        fix: 'write it or take it out',
      })),
  },
  { rule: 'contradicting-limits', severity: 'high', check: contradictingLimits },
  { rule: 'repeated-line', severity: 'medium', check: repeatedLines },
  {
    rule: 'nowhere-reference',
    severity: 'medium',
    check: (text) =>
      quotes(
        text,
        /\b(?:as (?:mentioned|described|shown|stated) (?:above|before|earlier|previously)|see above|the previous (?:example|prompt|conversation))\b/gi,
      ).map((quote) => ({
        quote,
        problem: 'it refers to something that may not be there',
        fix: 'say it again, or name the section',
      })),
  },
  { rule: 'invalid-example', severity: 'high', check: invalidExamples },
  {
    rule: 'only-forbids',
    severity: 'low',
    check: (text) =>
      quotes(text, /^[ \t]*(?:[-*] )?(?:do not|don't|never|avoid)\b.*$/gim)
        .filter((line) => !/\b(?:instead|but|rather|unless|except)\b/i.test(line))
        .map((quote) => ({
          quote: quote.trim(),
          problem: 'it forbids without saying what to do instead',
          fix: 'add what to do instead',
        })),
  },
  {
    rule: 'bare-input',
    severity: 'low',
    check: (text) =>
      quotes(text, /^.*[\p{L}\p{N}][ \t]+\{(?:input|steps\.[\w.]+)\}.*$/gmu).map((quote) => ({
        quote,
        problem: 'a value stands in the middle of the instructions, and could be read as one',
        fix: 'put it on lines of its own, between tags',
      })),
  },
  {
    rule: 'vague',
    severity: 'low',
    check: (text) =>
      quotes(text, /\b(?:etc\.|and so on|as appropriate|if necessary|and\/or)/gi).map((quote) => ({
        quote,
        problem: 'it leaves open what is meant',
        fix: 'name the cases',
      })),
  },
  {
    rule: 'too-long',
    severity: 'low',
    check: (text) =>
      text.length <= MOST_CHARACTERS
        ? []
        : [
            {
              quote: '',
              problem: `the prompt has ${text.length} characters`,
              fix: 'keep what changes answers, and take the rest out',
            },
          ],
  },
  { rule: 'mixed-languages', severity: 'low', check: mixedScripts },
];

function quotes(text: string, pattern: RegExp): string[] {
  return [...new Set(text.match(pattern) ?? [])];
}

function openTags(text: string): Found[] {
  const prose = text.replace(/^ *```[\s\S]*?^ *```/gm, '').replace(/`[^`\n]*`/g, '');
  const count = (pattern: RegExp, name: string) => [...prose.matchAll(pattern)].filter(([, found]) => found === name).length;
  const closed = new Set([...prose.matchAll(/<\/([a-z][\w-]*)>/gi)].map(([, name = '']) => name));
  return [...closed]
    .filter((name) => count(/<([a-z][\w-]*)(?: [^<>]*)?>/gi, name) !== count(/<\/([a-z][\w-]*)>/gi, name))
    .map((name) => ({
      quote: `</${name}>`,
      problem: `<${name}> is not opened and closed equally often`,
      fix: 'close what is opened',
    }));
}

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

function repeatedLines(text: string): Found[] {
  const lines = text.split('\n').map((line) => line.trim());
  const repeated = lines.filter((line, index) => line.length > 20 && lines.indexOf(line) !== index);
  return [...new Set(repeated)].map((quote) => ({ quote, problem: 'the line is there twice', fix: 'keep one' }));
}

function invalidExamples(text: string): Found[] {
  return [...text.matchAll(/^ *```json[ \t]*\n([\s\S]*?)^ *```/gm)].flatMap(([, example = '']) => {
    if (/\{[\w.]+\}|\.\.\.|…/.test(example)) return [];
    try {
      JSON.parse(example);
      return [];
    } catch {
      return [{ quote: example.trim(), problem: 'an example of JSON is not valid JSON', fix: 'correct the example' }];
    }
  });
}

function mixedScripts(text: string): Found[] {
  const letters = text.match(/\p{L}/gu) ?? [];
  const latin = letters.filter((letter) => /\p{Script=Latin}/u.test(letter)).length;
  const share = Math.min(latin, letters.length - latin) / Math.max(1, letters.length);
  if (share < 0.2) return [];
  return [{ quote: '', problem: 'the prompt is in two languages', fix: 'give the instructions in one' }];
}
