import { type Found, found, proseOf, type Rule } from './rule.ts';

/** Rules about how the prompt is put together. */
export const STRUCTURE: readonly Rule[] = [
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
    rule: 'open-keep',
    severity: 'high',
    check: (text) => {
      const marks = text.match(/<!-- \/?keep -->/g) ?? [];
      const isPaired = marks.every((mark, index) => (mark === '<!-- keep -->') === (index % 2 === 0)) && marks.length % 2 === 0;
      return isPaired
        ? []
        : [
            {
              quote: marks.at(-1) ?? '',
              problem: 'what is to be kept has no beginning or no end',
              fix: 'put it between <!-- keep --> and <!-- /keep -->',
            },
          ];
    },
  },
  { rule: 'invalid-example', severity: 'high', check: invalidExamples },
  { rule: 'broken-numbering', severity: 'low', check: brokenNumbering },
  {
    rule: 'empty-section',
    severity: 'medium',
    check: (text) => [
      ...found(proseOf(text), /^#{1,6} [^\n]+(?=\s*(?:\n#{1,6} |$(?![\s\S])))/gm, NOTHING_THERE).filter(
        ({ quote }) => !isFollowedByDeeper(text, quote),
      ),
      ...found(text, /<([a-z][\w-]*)>\s*<\/\1>/gi, NOTHING_THERE),
    ],
  },
];

const NOTHING_THERE = { problem: 'the section is empty', fix: 'fill it or take it out' };

/** A heading right above one of a lower level is no empty section. */
function isFollowedByDeeper(text: string, heading: string): boolean {
  const after = text.slice(text.indexOf(heading) + heading.length).trimStart();
  return (/^#+/.exec(after)?.[0].length ?? 0) > (/^#+/.exec(heading)?.[0].length ?? 0);
}

function openTags(text: string): Found[] {
  const prose = proseOf(text);
  const count = (pattern: RegExp, name: string) => [...prose.matchAll(pattern)].filter(([, tag]) => tag === name).length;
  const closed = new Set([...prose.matchAll(/<\/([a-z][\w-]*)>/gi)].map(([, name = '']) => name));
  return [...closed]
    .filter((name) => count(/<([a-z][\w-]*)(?: [^<>]*)?>/gi, name) !== count(/<\/([a-z][\w-]*)>/gi, name))
    .map((name) => ({
      quote: `</${name}>`,
      problem: `<${name}> is not opened and closed equally often`,
      fix: 'close what is opened',
    }));
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

/** A list whose numbers repeat or leave one out: what refers to a number is wrong then. */
function brokenNumbering(text: string): Found[] {
  const lines = proseOf(text).split('\n');
  let last = 0;
  for (const line of lines) {
    const number = Number(/^(\d{1,3})[.)] \S/.exec(line)?.[1] ?? Number.NaN);
    if (Number.isNaN(number)) {
      if (/^\S/.test(line)) last = 0;
      continue;
    }
    if (last > 0 && number !== last + 1 && number !== 1)
      return [{ quote: line, problem: `number ${number} follows number ${last}`, fix: 'number the list from 1' }];
    last = number;
  }
  return [];
}
